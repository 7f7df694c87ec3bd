import { describe, expect, test } from 'vitest';
import { linkToken } from '../../src/reactions/link.ts';
import { outcomesOf } from '../../src/redis/outcomes.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { type Received, receiver } from '../support/receiver.ts';
import { fileOf, type Shop, shop } from './shop.ts';

const SECRET = 'a secret of thirty-two characters';
const ID = 'customer.7<b>"';

type Linked = Readonly<{ text: string; url: string }>;

/** An alert that was told with links, and what was told. */
async function told(kind: object = { kind: 'webhook' }, trigger: object = { resolve: { on: ['over'] } }) {
  const port = await freePort();
  const { url, received } = await receiver((response) => response.writeHead(202).end());
  const base = `http://127.0.0.1:${port}/`;
  const targets = { there: { ...kind, url, links: true }, without: { ...kind, url } };
  const file = fileOf(JSON.stringify({ links: { base, secret: SECRET }, targets }));
  const notify = { type: 'notify', target: 'there' };
  const made = await shop(
    {
      trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'], ...trigger },
      actions_on_trigger: [notify, { ...notify, target: 'without' }],
      actions_on_resolve: [notify],
    },
    {},
    { targets: file, links: `127.0.0.1:${port}` },
  );
  await made.fire(ID);
  await made.jobs('completed', 2);
  return { ...made, received, base };
}

function linksIn(received: readonly Received[]): Linked[] {
  return received.flatMap(({ body }) => (JSON.parse(body) as { links?: Linked[] }).links ?? []);
}

async function asked(url: string, init: RequestInit = {}) {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, page: await response.text() };
}

const POST = { method: 'POST', body: new URLSearchParams({ by: 'Ann' }) };

async function alertIn({ watchfire }: Pick<Shop, 'watchfire'>) {
  return (await watchfire.alerts({ automation: 'a' }))[0];
}

describe('the door for links', () => {
  test.each([
    ['9467', /^links: must be an address such as 127\.0\.0\.1:9467/],
    ['127.0.0.1:99999', /^links: must be an address/],
    ['127.0.0.1:0', /^links: needs "links" in the targets file/],
  ])('does not open at %s where the targets file says nothing of links', async (links, problem) => {
    await expect(shop({ actions: [] }, {}, { links })).rejects.toThrow(problem);
  });
});

describe('a link in a message', () => {
  test('acknowledges its alert by POST and not by GET, once', async () => {
    const world = await told();
    const [ack, snooze] = linksIn(world.received);
    expect([ack?.text, snooze?.text]).toEqual(['Acknowledge', 'Snooze 1 h']);
    const seen = await asked(ack?.url ?? '');
    expect(seen.status).toBe(200);
    expect(seen.page).toContain('customer.7&#60;b&#62;&#34;');
    expect(seen.headers.get('content-security-policy')).toMatch(/^default-src 'none'; .*form-action 'self'/);
    expect(seen.headers.get('referrer-policy')).toBe('no-referrer');
    expect(await alertIn(world)).toMatchObject({ acknowledged: null });
    expect(await asked(ack?.url ?? '', POST)).toMatchObject({ status: 200 });
    const alert = await alertIn(world);
    expect(alert?.acknowledged).toMatchObject({ by: 'Ann (by a link)', alert: alert?.since });
    const again = await asked(ack?.url ?? '', POST);
    expect(again.page).toContain('Already done');
    expect(await world.watchfire.silences()).toHaveLength(1);
  });

  test('snoozes its key for an hour, and what was ended by hand stays so', async () => {
    const world = await told();
    const [, snooze] = linksIn(world.received);
    await asked(snooze?.url ?? '', POST);
    const [silence] = await world.watchfire.silences();
    expect(silence).toMatchObject({ automation: 'a', labels: { id: ID } });
    expect((silence?.until ?? 0) - (silence?.from ?? 0)).toBe(3_600_000);
    await world.watchfire.endSilence(silence?.id ?? '');
    await asked(snooze?.url ?? '', POST);
    expect(await world.watchfire.silences()).toEqual([]);
  });

  test('ends the deliveries of reminders', async () => {
    const world = await told({ kind: 'webhook' }, { resolve: { on: ['over'] }, remind: '1s' });
    await eventually('a reminder was told', () => linksIn(world.received).length >= 4);
    await asked(linksIn(world.received)[0]?.url ?? '', POST);
    const { connections, store } = world.watchfire;
    const kept = await eventually('a reminder was kept back', async () => {
      const ids = (await alertIn(world))?.firings.map(({ id }) => id) ?? [];
      const marks = await outcomesOf(connections.redis, store, ids);
      const at = marks.findIndex((one) => one.some(({ what }) => what === 'silenced'));
      return at < 0 ? null : { id: ids[at], marks: marks[at] };
    });
    expect(kept.marks?.[0]).toMatchObject({ by: 'Ann (by a link)', why: 'by the link of a message' });
    const sent = world.received.map(({ headers }) => headers['idempotency-key']);
    expect(sent.filter((id) => id?.toString().startsWith(`f-${kept.id}-`))).toEqual([]);
  });

  test('does nothing once the alert is over, and its end has no links', async () => {
    const world = await told();
    const links = linksIn(world.received);
    await world.watchfire.emit({ event: 'over', resource: { id: ID } });
    await world.jobs('completed', 3);
    expect(linksIn(world.received)).toHaveLength(2);
    expect(await asked(links[0]?.url ?? '', POST)).toMatchObject({ status: 410 });
    expect(await world.watchfire.silences({ ended: true })).toEqual([]);
  });

  test('that is expired, altered, of another act or another namespace does nothing', async () => {
    const world = await told();
    const [ack] = linksIn(world.received);
    const order = { act: 'ack', automation: 'a', labels: { id: ID }, firedMs: 2 ** 50, untilMs: 2 ** 50 } as const;
    const signed = (more: object, namespace = world.namespace) =>
      `${world.base}alerts/ack?t=${linkToken({ ...order, ...more }, { secret: SECRET, namespace })}`;
    const tries = {
      [signed({ untilMs: 1_000 })]: 410,
      [signed({}, 'other')]: 403,
      [signed({ act: 'snooze' })]: 403,
      [`${ack?.url}A`]: 403,
      [`${world.base}alerts/ack`]: 403,
      [signed({ labels: { id: 'customer.8' } })]: 410,
      [signed({ firedMs: 0 })]: 410,
      [`${world.base}alerts/resolve?t=1`]: 404,
      [world.base]: 404,
    };
    for (const [url, status] of Object.entries(tries))
      expect([url, (await asked(url, POST)).status]).toEqual([url, status]);
    expect((await asked(ack?.url ?? '', { ...POST, method: 'PUT' })).status).toBe(404);
    expect((await asked(ack?.url ?? '', { method: 'POST', body: 'x'.repeat(5_000) })).status).toBe(413);
    expect(await world.watchfire.silences({ ended: true })).toEqual([]);
  });

  test('is none where the automation keeps no alert', async () => {
    const world = await told({ kind: 'webhook' }, {});
    expect(world.received).toHaveLength(2);
    expect(linksIn(world.received)).toEqual([]);
  });
});
