import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { ACTIONS_GROUP } from '../../src/redis/keys.ts';
import { storeOf } from '../../src/redis/store.ts';
import { Queues } from '../../src/relay/queues.ts';
import { Relay, type RelayParts } from '../../src/relay/relay.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { freshNamespace } from '../support/namespace.ts';
import { adminBeside, testClient } from '../support/redis.ts';

export const NOW = Date.parse('2026-03-02T09:00:00Z');
export const MINUTE_MS = 60_000;

export const automation = {
  id: 'a1',
  name: 'Failing orders',
  trigger: { type: 'event', posture: 'Reactive', expect: ['order.failed'] },
  actions: [{ type: 'queue', queue: 'mail', data: { to: 'ops' }, opts: { removeOnComplete: true } }, { type: 'call' }],
};

/** What the gate keeps, each bounded in age and bytes by itself (lua/include/limits.lua). */
const GATE_KEYS = ['silences', 'outcomes', 'outcome-times', 'muted', 'budgets', 'waiting', 'needed', 'grouping'].concat(
  ['closing:*', 'group:*'],
);

/** A namespace with one automation, a clock that stands still, and a relay for each name asked for. */
export async function workshop({
  redis = testClient(),
  at = () => null,
}: {
  redis?: Redis;
  /** What time it is for the gate, in ms; that of Redis where it says null. */
  at?: () => number | null;
} = {}) {
  const namespace = freshNamespace({
    permanent: ['firings', 'dead', 'damage', 'automation:*', 'bull:*', ...GATE_KEYS],
  });
  const store = storeOf(namespace, at);
  const { keys, prefixes } = store;
  // A loop that has nothing to do stays where it is until it is stopped.
  const clock = new FakeClock({ nowMs: NOW });
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const put = (revision: number, document: object) =>
    redis.hset(`${prefixes.automation}a1`, String(revision), JSON.stringify(document));
  await put(1, automation);
  await redis.xgroup('CREATE', keys.firings, ACTIONS_GROUP, '0', 'MKSTREAM');
  const relayOf = (consumer: string, parts: Partial<RelayParts> = {}) => {
    const client = parts.redis ?? testClient();
    const queues = new Queues(client, prefixes.bull);
    const blocking = parts.blocking ?? testClient();
    // By its name it is known among the clients of others, see untilBlocked.
    blocking.client('SETNAME', namespace).catch(() => undefined);
    onTestFinished(() => queues.close());
    return new Relay({
      redis: client,
      store,
      clock,
      logger,
      queues,
      consumer,
      ...parts,
      blocking,
    });
  };
  const queueOf = (name: string) => {
    const queue = new Queue(name, { connection: adminBeside(redis), prefix: prefixes.bull });
    queue.on('error', () => undefined);
    onTestFinished(() => queue.close());
    return queue;
  };
  return { store, keys, prefixes, redis, clock, lines, put, relayOf, queueOf };
}

export type Shop = Awaited<ReturnType<typeof workshop>>;

/** The time of a shop for a loop that has to get over failed steps: by itself it does not wait before it repeats one. */
export function restless(clock: FakeClock, sleep: Clock['sleep'] = async () => undefined): Clock {
  return { virtualNowMs: () => clock.virtualNowMs(), nowMs: () => clock.nowMs(), sleep };
}

export function fieldsOf(id: string, parts: Record<string, string> = {}): string[] {
  const event = {
    id: `e-${id}`,
    event: 'order.failed',
    resource: { id: 'customer.7' },
    related: [],
    occurred: '2026-03-02T08:59:00.000Z',
    follows: null,
    payload: {},
    cause_chain: [],
    received: '2026-03-02T08:59:01.000Z',
  };
  const fields: Record<string, string> = {
    firing: id,
    automation: 'a1',
    revision: '1',
    path: '',
    name: 'Failing orders',
    posture: 'Reactive',
    state: 'Triggered',
    triggered: String(NOW - 1_000),
    decided: String(NOW),
    labels: '{}',
    event: JSON.stringify(event),
    children: '[]',
  };
  return Object.entries({ ...fields, ...parts }).flat();
}

export async function fire(
  { redis, keys }: Shop,
  ids: readonly string[],
  parts: Record<string, string> = {},
): Promise<void> {
  const pipeline = redis.pipeline();
  for (const id of ids) pipeline.xadd(keys.firings, '*', ...fieldsOf(id, parts));
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

export async function pendingIn({ redis, keys }: Shop): Promise<number> {
  const [count] = await redis.xpending(keys.firings, ACTIONS_GROUP);
  return Number(count);
}

export async function waitingIn(shop: Shop, name: string): Promise<string[]> {
  const jobs = await shop.queueOf(name).getWaiting(0, -1);
  return jobs.map((job) => String(job.id)).sort();
}

export async function deadIn({ redis, keys }: Shop): Promise<Record<string, string>[]> {
  const entries = await redis.xrange(keys.dead, '-', '+');
  return entries.map(([, fields]) => Object.fromEntries(pairs(fields)));
}

function pairs(fields: readonly string[]): [string, string][] {
  return fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : []));
}

export const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => at.toString(16).padStart(4, '0'));

/** How many firings the group was given. */
export async function readIn({ redis, keys }: Shop): Promise<number> {
  const [group = []] = (await redis.xinfo('GROUPS', keys.firings)) as string[][];
  return Number(group[group.indexOf('entries-read') + 1]);
}

export async function untilBlocked({ redis, store }: Shop): Promise<void> {
  const waits = new RegExp(` name=${store.namespace} .* flags=b `);
  await eventually('its relay waits in a read', async () =>
    waits.test(String(await adminBeside(redis).client('LIST'))),
  );
}
