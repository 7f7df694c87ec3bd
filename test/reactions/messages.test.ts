import { describe, expect, test } from 'vitest';
import { receiver } from '../support/receiver.ts';
import { shop } from './shop.ts';

const KEY = 'a {"id":"customer.7"}';

/** What a target of that kind gets of a firing, and of the end of its alert. */
async function toldTo(target: object, action: object = {}) {
  const { url, received } = await receiver((response) => response.writeHead(202).end());
  const notify = { type: 'notify', target: 'there', ...action };
  const { fire, jobs, watchfire } = await shop(
    {
      trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'], resolve: { on: ['over'] } },
      actions: [notify],
      actions_on_resolve: [notify],
    },
    { there: JSON.parse(JSON.stringify(target).replaceAll('URL', url)) as object },
  );
  await fire();
  await jobs('completed');
  await watchfire.emit({ event: 'over', resource: { id: 'customer.7' } });
  await jobs('completed', 2);
  return received.map(({ path, headers, body }) => ({ path, headers, body: JSON.parse(body) as unknown }));
}

describe('a message', () => {
  test('opens and closes an incident of PagerDuty by the key of automation and customer', async () => {
    const target = { kind: 'pagerduty', routing_key: 'r0uting', url: 'URL/v2/enqueue' };
    const [opened, closed] = await toldTo(target, { subject: 'Failing: {{ labels.id }}', severity: 'critical' });
    expect(opened).toMatchObject({
      path: '/v2/enqueue',
      body: {
        routing_key: 'r0uting',
        event_action: 'trigger',
        dedup_key: KEY,
        payload: {
          summary: 'Failing: customer.7',
          source: 'a',
          severity: 'critical',
          custom_details: { id: 'customer.7' },
        },
      },
    });
    expect(closed?.body).toEqual({ routing_key: 'r0uting', event_action: 'resolve', dedup_key: KEY });
  });

  test('opens and closes an alert of Opsgenie by its alias', async () => {
    const [opened, closed] = await toldTo({ kind: 'opsgenie', api_key: 'k3y', url: 'URL/v2/alerts' });
    expect(opened).toMatchObject({
      path: '/v2/alerts',
      body: { message: 'An automation', alias: KEY, priority: 'P2' },
    });
    expect(opened?.headers.authorization).toBe('GenieKey k3y');
    expect(closed?.path).toBe(`/v2/alerts/${encodeURIComponent(KEY)}/close?identifierType=alias`);
  });

  test('to Slack calls nobody, whatever producers send', async () => {
    const [first, second] = await toldTo(
      { kind: 'slack', url: 'URL/services/T/B/X' },
      { body: '<!channel> & {{ event.event }}' },
    );
    expect(first).toMatchObject({
      path: '/services/T/B/X',
      body: { text: '*An automation*\n&lt;!channel&gt; &amp; x' },
    });
    expect(second?.body).toMatchObject({ text: expect.stringContaining('*Resolved: An automation*') });
  });

  test('to Discord calls nobody, and has 2,000 characters at most', async () => {
    const [first] = await toldTo({ kind: 'discord', url: 'URL/hook' }, { body: '@everyone '.repeat(500) });
    expect(first?.body).toMatchObject({ allowed_mentions: { parse: [] } });
    expect((first as { body: { content: string } }).body.content).toHaveLength(2_000);
  });

  test('to Teams is a card', async () => {
    const [first] = await toldTo({ kind: 'teams', url: 'URL/workflow' });
    const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } };
    expect(first?.body).toMatchObject({ type: 'message', attachments: [attachment] });
  });

  test('to Telegram goes to a chat, by the bot', async () => {
    const [first] = await toldTo({ kind: 'telegram', token: '1:abc', chat_id: '-5', url: 'URL' }, { body: 'b' });
    expect(first).toMatchObject({ path: '/bot1:abc/sendMessage', body: { chat_id: '-5', text: 'An automation\nb' } });
  });

  test('to ntfy goes to a topic, and the end of an alert is quieter', async () => {
    const [first, second] = await toldTo({ kind: 'ntfy', url: 'URL/my-topic', token: 'tk_1' }, { body: 'ü' });
    expect(first).toMatchObject({
      path: '/',
      body: { topic: 'my-topic', title: 'An automation', message: 'ü', priority: 4 },
    });
    expect(first?.headers.authorization).toBe('Bearer tk_1');
    expect(second?.body).toMatchObject({ priority: 2 });
  });

  test('to a webhook is the message itself', async () => {
    const [first, second] = await toldTo({ kind: 'webhook', url: 'URL/in' });
    expect(first?.body).toMatchObject({ subject: 'An automation', body: 'x id=customer.7', key: KEY, open: true });
    expect(second?.body).toMatchObject({ key: KEY, open: false });
  });
});
