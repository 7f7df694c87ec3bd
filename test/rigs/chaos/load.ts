import type { Redis } from 'ioredis';
import { keysOf } from '../../../src/redis/keys.ts';

/** Automations of every kind that fire often under `stream`; none listens to state-change events, so the log can be copied. */
export const AUTOMATIONS: readonly Record<string, unknown>[] = [
  {
    id: 'failures',
    name: 'five failures of a customer',
    trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: 60, for_each: ['id'] },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'silent',
    name: 'started and never finished',
    trigger: { posture: 'Proactive', after: ['job.started'], expect: ['job.done'], within: 10, for_each: ['id'] },
    actions: [{ type: 'queue', queue: 'pages', name: 'page' }],
    actions_on_resolve: [{ type: 'all-clear' }],
  },
  {
    id: 'steps',
    name: 'a then b then c of one customer',
    trigger: {
      type: 'sequence',
      within: 30,
      for_each: ['id'],
      triggers: ['order.placed', 'order.packed', 'order.failed'].map((name) => ({
        posture: 'Reactive',
        expect: [name],
      })),
    },
    actions: [{ type: 'ring' }, { type: 'note' }],
  },
  {
    id: 'spread',
    name: 'failures of many customers',
    trigger: {
      posture: 'Reactive',
      expect: ['order.failed'],
      distinct: 'resource.id',
      threshold: 12,
      within: 5,
      window: 'sliding',
      cooldown: 2,
      collect: 3,
    },
    actions: [{ type: 'ring' }],
  },
  {
    id: 'worth',
    name: 'much failed without a packed order between',
    trigger: {
      posture: 'Reactive',
      expect: [{ event: 'order.failed', where: 'payload.total > 10' }],
      sum: 'payload.total',
      threshold: 200,
      within: 20,
      for_each: ['id', 'payload.shop'],
      reset: ['order.packed'],
      resolve: { on: ['order.placed'], after: 4 },
      remind: 1,
      remind_limit: 2,
    },
    actions: [{ type: 'ring' }],
    actions_on_resolve: [{ type: 'all-clear' }],
  },
];

const NAMES = ['order.placed', 'order.packed', 'order.failed', 'order.failed', 'job.started', 'job.done', 'noise'];

/** A small generator of numbers in [0, 1) that gives the same sequence for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Event `i`: some late, some sent twice, some that follow the one before. */
export function eventAt(i: number, random: () => number, nowMs: number): Record<string, unknown> {
  const roll = random();
  const name = NAMES[Math.floor(random() * NAMES.length)] ?? 'noise';
  return {
    id: roll < 0.02 && i > 0 ? `e-${i - 1}` : `e-${i}`,
    event: name,
    resource: { id: `customer.${Math.floor(random() * 40)}` },
    occurred: new Date(nowMs - (roll > 0.9 ? Math.floor(random() * 20_000) : 0)).toISOString(),
    payload: { total: Math.floor(random() * 100), shop: random() < 0.5 ? 'east' : 'west' },
    ...(roll > 0.4 && roll < 0.43 && i > 0 ? { follows: `e-${i - 1}` } : {}),
  };
}

/** Appends events from..to-1 in one go. */
export async function push(
  redis: Redis,
  namespace: string,
  from: number,
  to: number,
  random: () => number,
): Promise<void> {
  const pipeline = redis.pipeline();
  for (let i = from; i < to; i += 1) {
    pipeline.xadd(keysOf(namespace).events, '*', 'data', JSON.stringify(eventAt(i, random, Date.now())));
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}
