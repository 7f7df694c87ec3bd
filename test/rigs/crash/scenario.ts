import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { Applier } from '../../../src/apply/applier.ts';
import { LoadedDefinitions } from '../../../src/apply/loaded-definitions.ts';
import { Matcher } from '../../../src/apply/matcher.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { deleteDefinition, putDefinition } from '../../../src/redis/definitions.ts';
import { requireFormat } from '../../../src/redis/format.ts';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../../../src/redis/keys.ts';
import { ensureGroup, readNext } from '../../../src/redis/log.ts';
import { type Store, storeOf } from '../../../src/redis/store.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** Entries that a worker of these tests applies by one call. */
export const CHUNK = 4;

/** The log lies so far in the past that all its deadlines have come, and further than ids are remembered. */
const PAST_MS = 45 * 60_000;

/** Far above what makes a relay believe that the one which read a firing is dead. */
const LONG_IDLE_MS = 60_000;

export const KINDS = ['reactive', 'proactive', 'composite', 'patterns'] as const;
export type Kind = (typeof KINDS)[number];

const A_TWICE = { posture: 'Reactive', expect: ['a'], threshold: 2, within: 60, for_each: ['id'] };
const B_WITHOUT_C = { posture: 'Proactive', after: ['b'], expect: ['c'], within: 10, for_each: ['id'] };

/** A sum that an event sets back, whose alert has reminders, is ended by an event or by time, and brings what was counted. */
const A_WITH_ALERT = {
  ...A_TWICE,
  sum: 'payload.v',
  reset: [{ event: 'noise', where: 'payload.key == "k3"' }],
  collect: 2,
  cooldown: 4,
  resolve: { on: ['c'], after: 30 },
  remind: 8,
  remind_limit: 1,
};

/** Different values in a sliding window, then an absence of a second, by a key of the payload; an event of it empties the group. */
const A_THEN_B_WITHOUT_C = {
  type: 'sequence',
  within: 60,
  for_each: ['payload.key'],
  unless: [{ event: 'noise', where: 'payload.key == "k1"' }],
  triggers: [
    {
      posture: 'Reactive',
      expect: [{ event: 'a', match: { id: 'k*' } }],
      where: 'payload.v == 1.0',
      distinct: 'id',
      window: 'sliding',
      cooldown: 0,
      within: 60,
      for_each: ['payload.key'],
    },
    { ...B_WITHOUT_C, within: 1, for_each: ['payload.key'] },
  ],
};

const TRIGGERS: Readonly<Record<Kind, object>> = {
  reactive: A_TWICE,
  proactive: B_WITHOUT_C,
  composite: A_THEN_B_WITHOUT_C,
  patterns: A_WITH_ALERT,
};

export const QUEUES = ['actions', 'pages'];

/** The automation that is looked at; it gets another name under way, which touches no state. */
export function automationOf(kind: Kind, name: string): object {
  return {
    id: 'main',
    name,
    trigger: TRIGGERS[kind],
    actions: [{ type: 'ring' }, { type: 'note' }],
    actions_on_trigger: [{ type: 'queue', queue: 'pages', name: 'page' }],
    actions_on_resolve: [{ type: 'queue', queue: 'pages', name: 'all-clear' }],
  };
}

/** Removed under way, with state for the janitor. */
export const EXTRA = 'extra';
const bystander = (id: string): object => ({
  id,
  name: id,
  trigger: { posture: 'Reactive', expect: ['a', 'noise'], threshold: 99, within: 600, for_each: ['id'] },
  actions: [{ type: 'never' }],
});

/** Seconds after the beginning of the log, event, resource, and what is special; `late`: seconds since it happened. */
type Line = readonly [at: number, event: string, resource: string, more?: Record<string, unknown>];

const BEFORE: readonly Line[] = [
  [-100, 'a', 'k7'],
  [-99, 'a', 'k7'],
  [-98, 'b', 'k7'],
  [-50, 'noise', 'k9'],
];

/** How many of the first entries a worker has read that is gone. */
const ABANDONED = 2;

const FIRST: readonly Line[] = [
  [0, 'a', 'k1'],
  [1, 'a', 'k1'],
  [2, 'b', 'k1'],
  [3, 'a', 'k2', { id: 'twice' }],
  [4, 'b', 'k2'],
  [5, 'noise', 'k9'],
  [6, 'c', 'k2'],
  [7, 'a', '', { resource: { id: 7 } }],
  [8, 'a', 'k2', { id: 'twice' }],
  [9, 'a', 'k2'],
  [20, 'noise', 'k9'],
  [25, 'c', 'k1'],
  [26, 'b', 'k2'],
  [27, 'a', 'k3'],
];

const SECOND: readonly Line[] = [
  [100, 'a', 'k4'],
  [101, 'a', 'k3', { id: 'follower-1', follows: 'leader' }],
  [102, 'b', 'k3'],
  [103, 'noise', 'k9'],
  [104, 'a', 'k1'],
  [105, 'a', 'k3', { id: 'follower-2', follows: 'leader' }],
  // Parked while the window of its absence ends.
  [105.2, 'b', 'k5'],
  [105.4, 'c', 'k5', { id: 'follower-3', follows: 'leader' }],
  [106, 'noise', 'k9', { id: 'leader' }],
  [107, 'a', 'k1'],
  [108, 'b', 'k1'],
  [110, 'c', 'k3'],
  // What is expected overtakes what arms it.
  [111, 'c', 'k6'],
  [112, 'b', 'k6', { late: 3 }],
  [131, 'b', 'k4'],
];

/** One log, the same in every namespace that it is put into. */
export class Scenario {
  readonly kind: Kind;
  readonly #startMs: number;
  #second = false;

  /** @param nowMs the moment that all runs which are to be compared begin at, or a little before */
  constructor(kind: Kind, nowMs: number) {
    this.kind = kind;
    this.#startMs = nowMs - PAST_MS;
  }

  /**
   * What a worker finds: an automation, firings that a relay has read which is gone, one that nobody can read, entries whose
   * reader is gone, and what is left of an automation that was removed.
   */
  async prepare(redis: Redis, namespace: string): Promise<void> {
    const store = storeOf(namespace);
    const { firings, events } = store.keys;
    await requireFormat(redis, store);
    const put = (document: object): Promise<number> => putDefinition(redis, store, parseAutomation(document));
    await put(automationOf(this.kind, 'first'));
    await put(bystander(EXTRA));
    await put(bystander('gone'));
    await this.#push(redis, store, 'before', BEFORE);
    await applyAll(redis, store);
    await deleteDefinition(redis, store, 'gone');
    await ensureGroup(redis, firings, ACTIONS_GROUP);
    await redis.xreadgroup('GROUP', ACTIONS_GROUP, 'ghost', 'COUNT', 1, 'STREAMS', firings, '>');
    await redis.xadd(firings, '*', 'rubbish', 'x');
    await this.#push(redis, store, 'first', FIRST);
    await ensureGroup(redis, events, ENGINE_GROUP, (await redis.get(store.keys.position)) ?? '0');
    await readNext(redis, store, 'ghost', ABANDONED, null);
    await age(redis, namespace, (consumer) => consumer === 'ghost');
  }

  /** Whether the second part of the log is there, or about to be. */
  get second(): boolean {
    return this.#second;
  }

  async pushSecond(redis: Redis, namespace: string): Promise<void> {
    this.#second = true;
    await this.#push(redis, storeOf(namespace), 'second', SECOND);
  }

  /** Deletes the entry at the end of what a worker reads first of the second part: one that nothing depends on. */
  async deleteEntry(redis: Redis, namespace: string): Promise<void> {
    const [at] = SECOND[CHUNK - 1] ?? [0];
    await redis.xdel(storeOf(namespace).keys.events, this.#id(at));
  }

  /** A line of the ledger as `name state@seconds key`. */
  tell(line: string): string {
    const { name, state, triggered, labels } = JSON.parse(line);
    return `${name} ${state}@${(triggered - this.#startMs) / 1_000} ${labels.id ?? labels['payload.key']}`;
  }

  #id(at: number): string {
    return `${this.#startMs + at * 1_000}-0`;
  }

  /** In one go: what the engine appends by itself stands behind all of it. */
  async #push(redis: Redis, store: Store, part: string, lines: readonly Line[]): Promise<void> {
    const transaction = redis.multi();
    for (const [at, event, resource, { late, ...more } = {}] of lines) {
      const occurred = late === undefined ? undefined : this.#startMs + (at - Number(late)) * 1_000;
      const payload = { v: 1, key: resource };
      const document = { id: `${part}-${at}`, event, resource: { id: resource }, occurred, payload, ...more };
      transaction.xadd(store.keys.events, this.#id(at), 'data', JSON.stringify(document));
    }
    for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
  }
}

async function applyAll(redis: Redis, store: Store): Promise<void> {
  const definitions = new LoadedDefinitions(redis, store, new Set());
  await definitions.refresh();
  const logger = pino({ level: 'silent' });
  const clock = new FakeClock({ flies: true });
  const applier = new Applier({ redis, store, matcher: new Matcher(definitions, clock), clock, logger });
  const { signal } = new AbortController();
  while ((await applier.applyWaiting(signal)) > 0);
}

/** Lets firings that were read by these, and not acknowledged, lie there for long. */
export async function age(redis: Redis, namespace: string, whose: (consumer: string) => boolean): Promise<void> {
  const { firings } = storeOf(namespace).keys;
  const pending = (await redis.xpending(firings, ACTIONS_GROUP, '-', '+', 1_000)) as [string, string][];
  for (const [id, holder] of pending) {
    if (whose(holder)) await redis.xclaim(firings, ACTIONS_GROUP, holder, 0, id, 'IDLE', LONG_IDLE_MS, 'JUSTID');
  }
}
