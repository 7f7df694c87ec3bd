import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Settings } from '../config.ts';
import { consumersOf } from '../redis/groups.ts';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../redis/keys.ts';
import { forgetEarly } from '../redis/steps/forget-early.ts';
import { forgetHistory } from '../redis/steps/forget-history.ts';
import { forgetIds } from '../redis/steps/forget-ids.ts';
import { forgetRevisions } from '../redis/steps/forget-revisions.ts';
import { retire } from '../redis/steps/retire.ts';
import { sweep } from '../redis/steps/sweep.ts';
import { type Trimmable, trim } from '../redis/steps/trim.ts';
import type { Store } from '../redis/store.ts';

/** Steps of one kind in one run: enough to keep up, few enough that the other kinds get their turn. */
const STEPS_PER_RUN = 50;

export type JanitorParts = {
  redis: Redis;
  store: Store;
  logger: Logger;
  settings: Pick<Settings, 'retentionMs' | 'ledgerRetentionMs'>;
  /** Whether it is the front of a namespace with partitions: its log is fed on and not applied, and nothing fires there. */
  front?: boolean;
};

/** Removes what is not needed any more. Every step is atomic and safe beside any number of other janitors. */
export class Janitor {
  readonly #parts: JanitorParts;
  #blockedBy: string | null = null;

  constructor(parts: JanitorParts) {
    this.#parts = parts;
  }

  /** One round. @param nowMs Redis time in ms */
  async runOnce(nowMs: number): Promise<void> {
    const { redis, store } = this.#parts;
    for (let step = 0; step < STEPS_PER_RUN && (await sweep(redis, store)) === 'swept'; step += 1);
    while ((await forgetIds(redis, store)) === 'forgotten');
    for (let step = 0; step < STEPS_PER_RUN && (await forgetEarly(redis, store)) === 'forgotten'; step += 1);
    for (let step = 0; step < STEPS_PER_RUN && (await forgetRevisions(redis, store, nowMs)) === 'forgotten'; step += 1);
    await this.#trimStreams(nowMs);
    for (let step = 0; step < STEPS_PER_RUN && (await forgetHistory(redis, store)) === 'forgotten'; step += 1);
    if (this.#parts.front) return;
    await this.#retireConsumers(store.keys.events, ENGINE_GROUP);
    await this.#retireConsumers(store.keys.firings, ACTIONS_GROUP);
  }

  async #trimStreams(nowMs: number): Promise<void> {
    const { store, logger, settings, front = false } = this.#parts;
    const { events, firings, dead } = store.keys;
    // What is not fed yet is kept by the groups of the feeds.
    const blockedBy = await this.#trim({ stream: events, fenced: !front }, nowMs - settings.retentionMs);
    if (blockedBy !== this.#blockedBy) {
      this.#blockedBy = blockedBy;
      if (blockedBy !== null) logger.warn({ stream: events, group: blockedBy }, 'a group keeps old entries');
    }
    await this.#trim({ stream: firings, fenced: false }, nowMs - settings.ledgerRetentionMs);
    await this.#trim({ stream: dead, fenced: false }, nowMs - settings.ledgerRetentionMs);
  }

  /** One step removes what comes in a few seconds: a stream that grows faster needs several. @returns the group that is in the way */
  async #trim(stream: Trimmable, beforeMs: number): Promise<string | null> {
    const { redis, store } = this.#parts;
    for (let step = 1; ; step += 1) {
      const { removed, blockedBy } = await trim(redis, store, stream, beforeMs);
      if (removed === 0 || step === STEPS_PER_RUN) return blockedBy;
    }
  }

  async #retireConsumers(stream: string, group: string): Promise<void> {
    const { redis, store } = this.#parts;
    for (const name of await consumersOf(redis, stream, group)) await retire(redis, store, stream, group, name);
  }
}
