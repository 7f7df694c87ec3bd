import { describe, expect, test } from 'vitest';
import type { Preset } from '../../../src/model/incoming.ts';
import { sealEvent } from '../../../src/model/intake.ts';
import { alertmanagerPreset } from '../../../src/model/presets/alertmanager.ts';
import { cloudeventsPreset } from '../../../src/model/presets/cloudevents.ts';
import { deliveryId } from '../../../src/model/presets/delivery-id.ts';
import { githubPreset } from '../../../src/model/presets/github.ts';
import { jsonPreset } from '../../../src/model/presets/json.ts';
import { shopifyPreset } from '../../../src/model/presets/shopify.ts';
import { challengeIn, slackPreset } from '../../../src/model/presets/slack.ts';
import { stripePreset } from '../../../src/model/presets/stripe.ts';
import {
  ALERTS,
  INVOICE_FAILED,
  ORDER_CREATED,
  SHOPIFY_HEADERS,
  SLACK_BUTTON,
  SLACK_COMMAND,
  SLACK_MESSAGE,
} from './bodies.ts';

/** What a preset makes, each checked as an event. */
function made(preset: Preset, entry: unknown, headers: Record<string, string> = {}) {
  const drafts = preset({ source: 'here', entry, headers, id: 'here:1' });
  for (const draft of drafts) sealEvent(draft, () => 'unused', 0);
  return drafts;
}

describe('stripe', () => {
  test('names the event by its type, and the object with those that it names', () => {
    expect(made(stripePreset, INVOICE_FAILED)).toEqual([
      {
        id: 'here:1',
        event: 'stripe.invoice.payment_failed',
        resource: { id: 'in_1MtHbE', kind: 'invoice', status: 'open', currency: 'eur', livemode: 'false' },
        related: [
          { id: 'cus_9s6XKzkNRiz8i3', role: 'customer' },
          { id: 'sub_1MtHbE', role: 'subscription' },
          { id: 'ch_3MtHbE', role: 'charge' },
        ],
        occurred: '2023-04-04T21:41:58.000Z',
        payload: { object: INVOICE_FAILED.data.object, previous_attributes: { attempt_count: 1 } },
      },
    ]);
  });

  test.each([
    [{}, /^type: is required/],
    [{ type: 'x' }, /^data\.object: must be an object/],
    [{ type: 'x', data: { object: 'in_1' } }, /^data\.object: must be an object/],
    ['text', /^entry: must be an object/],
  ])('refuses %j', (entry, problem) => {
    expect(() => made(stripePreset, entry)).toThrow(problem);
  });
});

test('shopify names the event by its topic, and the thing by its kind and id', () => {
  expect(made(shopifyPreset, ORDER_CREATED, SHOPIFY_HEADERS)).toEqual([
    {
      id: 'here:1',
      event: 'shopify.orders.create',
      resource: {
        id: 'orders/820982911946154508',
        name: '#9999',
        shop: 'gems.myshopify.com',
        currency: 'USD',
        financial_status: 'voided',
      },
      related: [
        { id: 'shop/gems.myshopify.com', role: 'shop' },
        { id: 'customers/115310627314723954', role: 'customer' },
      ],
      occurred: '2026-03-02T09:00:00.123Z',
      payload: ORDER_CREATED,
    },
  ]);
  expect(made(shopifyPreset, {}, SHOPIFY_HEADERS)[0]?.resource.id).toBe('shop/gems.myshopify.com');
  expect(() => made(shopifyPreset, ORDER_CREATED)).toThrow(/^headers\.x-shopify-topic: is required/);
});

describe('slack', () => {
  test('names the event by its type, and where it was with the one who did it', () => {
    expect(made(slackPreset, SLACK_MESSAGE)).toEqual([
      {
        id: 'here:1',
        event: 'slack.message',
        resource: { id: 'C123', channel: 'C123', user: 'U123', team: 'T123', app: 'A123' },
        related: [
          { id: 'C123', role: 'channel' },
          { id: 'U123', role: 'actor' },
          { id: 'T123', role: 'team' },
        ],
        occurred: '2015-06-09T12:15:12.000Z',
        payload: SLACK_MESSAGE.event,
      },
    ]);
  });

  test('names commands and clicks, and keeps no token of them', () => {
    const [command] = made(slackPreset, SLACK_COMMAND);
    expect(command).toMatchObject({ event: 'slack.command.deploy', resource: { id: 'C123', user: 'U123' } });
    const [click] = made(slackPreset, SLACK_BUTTON);
    expect(click).toMatchObject({ event: 'slack.block_actions', resource: { id: 'C123', user: 'U123' } });
    expect(JSON.stringify([command, click])).not.toMatch(/verification-token|hooks\.slack/);
  });

  test('answers the question whether this is an app, and makes no event of it', () => {
    const question = { type: 'url_verification', token: 'x', challenge: '3eZbrw1aB' };
    expect(made(slackPreset, question)).toEqual([]);
    expect(challengeIn(question)).toBe('3eZbrw1aB');
    expect(challengeIn(SLACK_MESSAGE)).toBeNull();
  });
});

test('alertmanager gives an event for each alert, and a repeated notification the same ids', () => {
  const events = made(alertmanagerPreset, ALERTS);
  expect(events.map(({ id, event, resource, occurred }) => ({ id, event, resource, occurred }))).toEqual([
    {
      id: 'here:d1f0e2 firing 2026-03-02T08:55:00.000Z',
      event: 'alertmanager.alert.firing',
      resource: { id: 'd1f0e2', alertname: 'DiskFull', severity: 'page', instance: 'db1', status: 'firing' },
      occurred: '2026-03-02T08:55:00.000Z',
    },
    {
      id: 'here:77aa01 resolved 2026-03-02T08:58:00.000Z',
      event: 'alertmanager.alert.resolved',
      resource: { id: '77aa01', alertname: 'HighLoad', status: 'resolved' },
      occurred: '2026-03-02T08:58:00.000Z',
    },
  ]);
  expect(made(alertmanagerPreset, structuredClone(ALERTS)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  expect(() => made(alertmanagerPreset, { alerts: [{ status: 'odd' }] })).toThrow(
    /^alerts\[0\]\.status: must be firing/,
  );
});

test('json takes anything whole, and cloudevents keep their identity', () => {
  expect(made(jsonPreset, { a: 1 })).toEqual([
    { id: 'here:1', event: 'here', resource: { id: 'here' }, payload: { a: 1 } },
  ]);
  expect(made(jsonPreset, [1])[0]?.payload).toEqual({ data: [1] });
  const event = { specversion: '1.0', id: '7', source: '/s', type: 't', subject: 'order.1', data: { a: 1 } };
  expect(made(cloudeventsPreset, event)).toMatchObject([{ id: '/s#7', event: 't', resource: { id: 'order.1' } }]);
  expect(() => made(cloudeventsPreset, { ...event, specversion: '0.3' })).toThrow(/^specversion: must be "1\.0"/);
});

test('names of prototypes are names like others', () => {
  const odd = JSON.parse('{"__proto__":{"type":"x"},"constructor":{"name":"y"},"action":"__proto__"}') as unknown;
  for (const kind of ['constructor', '__proto__', 'toString']) {
    const [event] = made(githubPreset, odd, { 'x-github-event': kind });
    expect(event?.event).toBe(`github.${kind}.__proto__`);
    expect(event?.resource).toEqual({ id: 'github', kind, action: '__proto__' });
  }
  expect(() => made(stripePreset, odd)).toThrow(/^type: is required/);
});

test.each([
  ['github', {}, { 'x-github-delivery': 'd1', 'webhook-id': 'no' }, 'here:d1'],
  ['shopify', {}, { 'x-shopify-webhook-id': 'w1' }, 'here:w1'],
  ['stripe', { id: 'evt_1' }, {}, 'here:evt_1'],
  ['slack', { event_id: 'Ev1' }, {}, 'here:Ev1'],
  ['slack', { trigger_id: '1.2' }, {}, 'here:1.2'],
  [undefined, {}, { 'webhook-id': 'msg_1' }, 'here:msg_1'],
  ['json', {}, { 'idempotency-key': 'k' }, 'here:k'],
  ['constructor', {}, {}, null],
  ['github', {}, {}, null],
])('a delivery of %s with %j and %j is known as %j', (preset, entry, headers, id) => {
  expect(deliveryId(preset, { source: 'here', entry, headers })).toBe(id);
});

test('an id that is too long is known by its digest', () => {
  const [one, other] = ['a', 'b'].map((end) =>
    deliveryId('json', { source: 'here', entry: {}, headers: { 'webhook-id': 'x'.repeat(200) + end } }),
  );
  expect(one).toMatch(/^here:[0-9a-f]{64}$/);
  expect(other).not.toBe(one);
});
