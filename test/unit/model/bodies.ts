/*
 * Bodies as the services' documents show them, shortened: https://docs.stripe.com/api/events, https://shopify.dev/docs/api/webhooks,
 * https://docs.slack.dev/apis/events-api, https://prometheus.io/docs/alerting/latest/configuration.
 */

export const INVOICE_FAILED = {
  id: 'evt_1MtHbELkdIwHu7ixl4OzzPMv',
  object: 'event',
  api_version: '2026-01-28',
  created: 1_680_644_518,
  livemode: false,
  pending_webhooks: 2,
  request: { id: null, idempotency_key: null },
  type: 'invoice.payment_failed',
  data: {
    object: {
      id: 'in_1MtHbE',
      object: 'invoice',
      amount_due: 2_000,
      attempt_count: 2,
      charge: { id: 'ch_3MtHbE', object: 'charge' },
      currency: 'eur',
      customer: 'cus_9s6XKzkNRiz8i3',
      status: 'open',
      subscription: 'sub_1MtHbE',
    },
    previous_attributes: { attempt_count: 1 },
  },
};

export const SHOPIFY_HEADERS = {
  'x-shopify-topic': 'orders/create',
  'x-shopify-shop-domain': 'gems.myshopify.com',
  'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
  'x-shopify-triggered-at': '2026-03-02T09:00:00.123Z',
};

export const ORDER_CREATED = {
  id: '820982911946154508',
  admin_graphql_api_id: 'gid://shopify/Order/820982911946154508',
  created_at: '2026-03-02T09:59:59+01:00',
  currency: 'USD',
  customer: { id: '115310627314723954', email: 'john@example.com' },
  financial_status: 'voided',
  fulfillment_status: null,
  name: '#9999',
  total_price: '388.00',
};

export const SLACK_MESSAGE = {
  token: 'verification-token',
  team_id: 'T123',
  api_app_id: 'A123',
  type: 'event_callback',
  event_id: 'Ev08MFMKH6',
  event_time: 1_433_852_112,
  event: { type: 'message', channel: 'C123', user: 'U123', text: 'Live long', ts: '1433852112.000000' },
};

export const SLACK_COMMAND = {
  token: 'verification-token',
  command: '/deploy',
  text: 'shop to production',
  channel_id: 'C123',
  user_id: 'U123',
  team_id: 'T123',
  trigger_id: '13345224609.738474920.8088930838d88f008e0',
  response_url: 'https://hooks.slack.com/commands/1234/5678',
};

export const SLACK_BUTTON = {
  type: 'block_actions',
  token: 'verification-token',
  team: { id: 'T123', domain: 'x' },
  user: { id: 'U123', name: 'ann' },
  channel: { id: 'C123', name: 'ops' },
  trigger_id: '12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3',
  response_url: 'https://hooks.slack.com/actions/1234/5678',
  actions: [{ action_id: 'ack', value: '1' }],
};

export const ALERTS = {
  version: '4',
  groupKey: '{}:{alertname="DiskFull"}',
  receiver: 'watchfire',
  status: 'firing',
  externalURL: 'http://alertmanager:9093',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'DiskFull', severity: 'page', instance: 'db1' },
      annotations: { summary: 'the disk of db1 is full' },
      startsAt: '2026-03-02T08:55:00.000Z',
      endsAt: '0001-01-01T00:00:00Z',
      fingerprint: 'd1f0e2',
    },
    {
      status: 'resolved',
      labels: { alertname: 'HighLoad', id: 'not this' },
      annotations: {},
      startsAt: '2026-03-02T08:40:00.000Z',
      endsAt: '2026-03-02T08:58:00.000Z',
      fingerprint: '77aa01',
    },
  ],
};
