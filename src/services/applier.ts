import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Entry } from '../model/intake.ts';
import { readWaiting } from '../redis/log.ts';
import { type Applied, apply } from '../redis/steps/apply.ts';
import type { Store } from '../redis/store.ts';
import { chunkOf } from './chunk.ts';
import type { Definitions } from './view.ts';

/** How many entries one call of `apply` gets: about half a millisecond of Redis' time (measured), so nobody else waits. */
export const CHUNK_SIZE = 100;

/** How long a worker waits for its turn before it applies the entries in front of its own itself. */
export const TAKE_OVER_MS = 1_000;

/** Between two looks whether it is our turn: a fraction of what a chunk takes, up to what nobody notices. */
const SHORTEST_WAIT_MS = 1;
const LONGEST_WAIT_MS = 16;

/** How often an entry may fail by itself before it is set aside. Errors of the infrastructure never count. */
const POISON_ATTEMPTS = 3;

/** What became of entries, for metrics and the live view. */
export type Observer = (entries: readonly Entry[], applied: Applied) => void;

export type ApplierParts = {
  redis: Redis;
  store: Store;
  definitions: Definitions;
  clock: Clock;
  logger: Logger;
  chunkSize?: number;
  observe?: Observer;
};

/** Applies entries in the order of the log, whoever else does the same at the same time. */
export class Applier {
  readonly #parts: ApplierParts;
  readonly #chunkSize: number;
  /** Entries that failed by themselves: how often, and with what. */
  readonly #failures = new Map<string, number>();
  readonly #poison = new Map<string, string>();

  constructor(parts: ApplierParts) {
    this.#parts = parts;
    this.#chunkSize = parts.chunkSize ?? CHUNK_SIZE;
  }

  /**
   * Applies `entries`, consecutive in the log, each exactly once; returns when all are applied by this or another worker.
   * Rejects only with an error of the infrastructure; the call may then be repeated.
   */
  async apply(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    for (let from = 0; from < entries.length; from += this.#chunkSize) {
      await this.#applyChunk(entries.slice(from, from + this.#chunkSize), signal);
    }
  }

  /** Applies what stands in the log whoever was given it, up to one chunk. Returns how many entries there were. */
  async applyWaiting(signal: AbortSignal): Promise<number> {
    const entries = await readWaiting(this.#parts.redis, this.#parts.store, this.#chunkSize);
    if (entries.length > 0) await this.#applyChunk(entries, signal);
    return entries.length;
  }

  async #applyChunk(entries: readonly Entry[], signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    let rest = entries;
    let waitMs = SHORTEST_WAIT_MS;
    let waitingSinceMs: number | null = null;
    while (rest.length > 0 && !signal.aborted) {
      const applied = await this.#step(rest);
      if (applied.word !== 'not-my-turn') {
        waitingSinceMs = null;
        waitMs = SHORTEST_WAIT_MS;
      }
      switch (applied.word) {
        case 'applied':
        case 'already-applied':
          return;
        case 'more-due':
          rest = this.#after(rest, applied);
          break;
        case 'failed':
          rest = this.#after(rest, applied);
          await clock.sleep(LONGEST_WAIT_MS, signal);
          break;
        case 'stale-definitions':
          await this.#parts.definitions.refresh();
          break;
        case 'not-my-turn':
          waitingSinceMs ??= clock.nowMs();
          if (clock.nowMs() - waitingSinceMs >= TAKE_OVER_MS) {
            await this.applyWaiting(signal);
            break;
          }
          await clock.sleep(waitMs, signal);
          waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
          break;
        default:
          applied.word satisfies never;
      }
    }
  }

  async #step(entries: readonly Entry[]): Promise<Applied> {
    const { redis, store, definitions, logger, observe } = this.#parts;
    const applied = await apply(redis, store, chunkOf(entries, definitions.view, this.#poison));
    if (applied.error !== '' && applied.word !== 'failed') {
      logger.warn({ position: applied.position, error: applied.error }, 'entry rejected half-way');
    }
    if (applied.words.length > 0) {
      const last = entries.findIndex(({ id }) => id === applied.position);
      observe?.(entries.slice(last + 1 - applied.words.length, last + 1), applied);
    }
    return applied;
  }

  /** What is left of `entries` behind the position; notes the entry that failed. */
  #after(entries: readonly Entry[], applied: Applied): readonly Entry[] {
    const last = entries.findIndex(({ id }) => id === applied.position);
    const rest = entries.slice(last + 1);
    const [culprit] = rest;
    if (applied.word !== 'failed' || !culprit) return rest;
    const attempts = (this.#failures.get(culprit.id) ?? 0) + 1;
    this.#parts.logger.warn({ entry: culprit.id, attempts, error: applied.error }, 'entry failed');
    if (attempts < POISON_ATTEMPTS) {
      this.#failures.set(culprit.id, attempts);
    } else {
      this.#failures.delete(culprit.id);
      this.#poison.set(culprit.id, `poison: failed ${attempts} times, last with ${applied.error}`);
    }
    return rest;
  }
}
