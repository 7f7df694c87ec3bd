import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { mailServer } from '../support/mail-server.ts';
import { type Received, receiver } from '../support/receiver.ts';
import { shop } from './shop.ts';

/*
 * Every kind of target, and for each: its request, who signs it, by what the receiver knows what belongs together, a retry, and the end
 * of the alert. What the texts look like is in messages.test.ts and email.test.ts.
 */

const KEY = 'a {"id":"customer.7"}';
const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;

const trigger = { posture: 'Reactive', expect: ['x'], for_each: ['id'], resolve: { on: ['over'] } };
const notify = { type: 'notify', target: 'there', subject: 'S {{ alert.open }}', body: 'B', retry: { delay: 0 } };

/** One kind. `dedup` and `resolved`: what says so in a request, or null where the service knows no such thing. */
type Row = Readonly<{
  kind: string;
  target: object;
  path: string;
  auth?: string;
  dedup: ((request: Received) => unknown) | null;
  resolved: (request: Received) => unknown;
}>;

const body = ({ body: text }: Received): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;
const ends = (request: Received): boolean => request.body.includes('S false');

const ROWS: readonly Row[] = [
  {
    kind: 'webhook',
    target: { url: 'URL/in', secret: SECRET, headers: { authorization: 'Bearer t0ken' } },
    path: '/in',
    auth: 'Bearer t0ken',
    dedup: (request) => body(request).key,
    resolved: (request) => body(request).open === false,
  },
  { kind: 'slack', target: { url: 'URL/services/T/B' }, path: '/services/T/B', dedup: null, resolved: ends },
  { kind: 'discord', target: { url: 'URL/api/hook' }, path: '/api/hook', dedup: null, resolved: ends },
  { kind: 'teams', target: { url: 'URL/workflow' }, path: '/workflow', dedup: null, resolved: ends },
  {
    kind: 'pagerduty',
    target: { routing_key: 'r0uting', url: 'URL/v2/enqueue' },
    path: '/v2/enqueue',
    dedup: (request) => body(request).dedup_key,
    resolved: (request) => body(request).event_action === 'resolve',
  },
  {
    kind: 'opsgenie',
    target: { api_key: 'k3y', url: 'URL/v2/alerts' },
    path: '/v2/alerts',
    auth: 'GenieKey k3y',
    dedup: ({ path, ...request }) =>
      /^\/v2\/alerts\/(.*)\/close/.test(path)
        ? decodeURIComponent(path.split('/')[3] ?? '')
        : body({ path, ...request }).alias,
    resolved: ({ path }) => path.endsWith('/close?identifierType=alias'),
  },
  {
    kind: 'telegram',
    target: { token: '1:abc', chat_id: '-5', url: 'URL' },
    path: '/bot1:abc/sendMessage',
    dedup: null,
    resolved: ends,
  },
  {
    kind: 'ntfy',
    target: { url: 'URL/topic', token: 'tk_1' },
    path: '/',
    auth: 'Bearer tk_1',
    dedup: null,
    resolved: (request) => ends(request) && body(request).priority === 2,
  },
];

/** Fires, and ends the alert; each message is refused once. @returns the requests, and the ids of both jobs */
async function told({ kind, target }: Row) {
  const { url, received } = await receiver((response, _, count) => {
    response.writeHead(count % 2 === 1 ? 503 : 200).end();
  });
  const there = JSON.parse(JSON.stringify({ kind, ...target }).replaceAll('URL', url)) as object;
  const { fire, jobs, watchfire } = await shop({ trigger, actions: [notify], actions_on_resolve: [notify] }, { there });
  await fire();
  const [opened] = await jobs('completed');
  await watchfire.emit({ event: 'over', resource: { id: 'customer.7' } });
  const ids = (await jobs('completed', 2)).map(({ id }) => id);
  return { received, ids: [opened?.id, ids.find((id) => id !== opened?.id)] };
}

describe.each(ROWS)('a target of kind $kind', (row) => {
  test('gets a request that it knows again at the second try, and what belongs together by one key', async () => {
    const { received, ids } = await told(row);
    expect(received).toHaveLength(4);
    for (const [at, request] of received.entries()) {
      const id = ids[at < 2 ? 0 : 1];
      expect(request.method).toBe('POST');
      expect(request.headers).toMatchObject({
        'content-type': 'application/json',
        'idempotency-key': id,
        'webhook-id': id,
        ...(row.auth === undefined ? {} : { authorization: row.auth }),
      });
      if (row.dedup) expect(row.dedup(request)).toBe(KEY);
      expect([at, row.resolved(request)]).toEqual([at, at >= 2]);
    }
    expect(received[0]?.path).toBe(row.path);
    // A retry is the same request, to the letter.
    const said = received.map(({ path, body: text }) => `${path} ${text}`);
    expect([said[1], said[3]]).toEqual([said[0], said[2]]);
    const signed = received.filter(({ headers }) => headers['webhook-signature'] !== undefined);
    expect(signed).toHaveLength(row.kind === 'webhook' ? 4 : 0);
    for (const { headers, body: text } of signed) {
      expect(() => new Webhook(SECRET).verify(text, headers as Record<string, string>)).not.toThrow();
      expect(() => new Webhook(SECRET).verify(`${text} `, headers as Record<string, string>)).toThrow();
    }
  });
});

test('a target of kind email gets mails that it knows again at the second try, in one thread', async () => {
  const { port, tried, mails } = await mailServer((count) => (count % 2 === 1 ? 451 : null));
  const there = {
    kind: 'email',
    smtp: `smtp://watch:pa%20ss@127.0.0.1:${port}`,
    from: 'w@x.example',
    to: 'o@x.example',
  };
  const { fire, jobs, watchfire } = await shop({ trigger, actions: [notify], actions_on_resolve: [notify] }, { there });
  await fire();
  const [opened] = await jobs('completed');
  await watchfire.emit({ event: 'over', resource: { id: 'customer.7' } });
  await jobs('completed', 2);
  const header = (name: string): (string | undefined)[] =>
    tried.map(({ text }) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1]?.trim());
  const ids = header('Message-ID');
  expect(ids).toEqual([`<${opened?.id}@watchfire>`, ids[0], ids[2], ids[2]]);
  expect(ids[2]).not.toBe(ids[0]);
  expect(new Set(header('References')).size).toBe(1);
  expect(header('Subject')).toEqual(['S true', 'S true', 'S false', 'S false']);
  expect(mails).toHaveLength(2);
});
