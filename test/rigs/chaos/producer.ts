import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Traffic } from './traffic.ts';

/** Between two batches. */
const TICK_MS = 40;

/** Acknowledged entries remembered for the question what a crash lost: those of the last seconds. */
const REMEMBERED_MS = 8_000;

/** Ids further ahead than this are no times of arrival (rules 1). */
const AHEAD_MS = 4_000;

/** How long a replica may take. */
const WAIT_MS = 2_000;

/** What Redis had acknowledged and does not know any more: how many entries, and how long before the crash the first of them was acknowledged. */
export type Loss = { entries: number; oldestMs: number };

/** Sends traffic at a steady rate, whatever Redis does. */
export class Producer {
  readonly #redis: Redis;
  readonly #stream: string;
  readonly #traffic: Traffic;
  readonly #replicated: boolean;
  /** Entries acknowledged of late, and when. */
  #recent: { id: string; at: number }[] = [];
  /** Connections there were before the present one. */
  #connections = 0;
  sent = 0;
  /** So many are sent at most, until somebody allows more. */
  allowed = Number.POSITIVE_INFINITY;
  acknowledged = 0;
  /** Entries with no answer but an error: nobody knows whether they are there. */
  unknown = 0;

  /** @param replicated whether only what a replica has counts as acknowledged */
  constructor(redis: Redis, stream: string, traffic: Traffic, replicated: boolean) {
    this.#redis = redis;
    this.#stream = stream;
    this.#traffic = traffic;
    this.#replicated = replicated;
    redis.on('close', () => {
      this.#connections += 1;
    });
  }

  /** Sends `count` entries, `perSecond` of them in a second while Redis answers. */
  async run(count: number, perSecond: number): Promise<void> {
    const end = this.sent + count;
    let due = 0;
    for (let last = performance.now(); this.sent < end; ) {
      const now = performance.now();
      // What could not be sent while Redis was away is not made up for: a steady rate makes the recovery visible.
      due = Math.min(due + ((now - last) * perSecond) / 1_000, perSecond);
      last = now;
      const size = Math.max(0, Math.min(Math.floor(due), end - this.sent, Math.floor(this.allowed) - this.sent));
      due -= size;
      if (size > 0) await this.#batch(size);
      await pause(TICK_MS);
    }
  }

  async #batch(size: number): Promise<void> {
    const connection = this.#connections;
    const pipeline = this.#redis.pipeline();
    for (let i = 0; i < size; i += 1) pipeline.xadd(this.#stream, '*', ...this.#traffic.next(Date.now()));
    this.sent += size;
    const answers = (await pipeline.exec().catch(() => null)) ?? [];
    const kept = !this.#replicated || (await this.#confirmed(connection));
    const at = performance.now();
    let acknowledged = 0;
    for (const [error, id] of answers) {
      if (!kept || error !== null || typeof id !== 'string') continue;
      acknowledged += 1;
      // An id behind one of the hostile producer is replaced, and so cannot be looked for.
      if (Number(id.split('-')[0]) <= Date.now() + AHEAD_MS) this.#recent.push({ id, at });
    }
    this.acknowledged += acknowledged;
    this.unknown += size - acknowledged;
    const forgotten = this.#recent.findIndex((one) => one.at > at - REMEMBERED_MS);
    if (forgotten > 0) this.#recent = this.#recent.slice(forgotten);
  }

  /** Whether a replica has what was written. WAIT speaks of its own connection alone, so it has to be the one of the writes. */
  async #confirmed(connection: number): Promise<boolean> {
    const replicas = await this.#redis.wait(1, WAIT_MS).catch(() => 0);
    return replicas >= 1 && this.#connections === connection;
  }

  /** What is gone of that which was acknowledged before `crashAt` (performance.now()). */
  async lossAt(redis: Redis, crashAt: number): Promise<Loss> {
    const before = this.#recent.filter(({ at }) => at <= crashAt);
    const pipeline = redis.pipeline();
    for (const { id } of before) pipeline.xrange(this.#stream, id, id);
    const answers = (await pipeline.exec()) ?? [];
    const lost = before.filter((_, i) => {
      const found = answers[i]?.[1];
      return !Array.isArray(found) || found.length === 0;
    });
    // What is gone is no loss of the next crash.
    this.#recent = this.#recent.filter((one) => !lost.includes(one));
    return { entries: lost.length, oldestMs: lost.length === 0 ? 0 : Math.round(crashAt - (lost[0]?.at ?? 0)) };
  }
}
