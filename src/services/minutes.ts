import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { Loop, type Service } from '../loop.ts';
import type { Measures } from '../measure/measures.ts';
import { Work } from '../measure/work.ts';
import { type MinuteKind, minuteField, OTHER_AUTOMATIONS } from '../model/minute.ts';
import { type CountedMinute, type MinuteCount, noteMinutes } from '../redis/steps/note-minutes.ts';
import type { Store } from '../redis/store.ts';

/** Between two calls: what happened within it is lost with the process. */
const FLUSH_MS = 1_000;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export type MinutesParts = Readonly<{
  redis: Redis;
  store: Store;
  clock: Clock;
  logger: Logger;
  measures: Measures;
  worker: string;
}>;

/** Keeps the history of a worker: counts in memory, and adds them to the present minute once a second. */
export class Minutes implements Service {
  /** What was done since the last call. */
  readonly work = new Work();
  readonly #parts: MinutesParts;
  readonly #loop: Loop;
  /** What was sent and is not known to have arrived: it is sent again as it is, and counts once. */
  #sent: CountedMinute | null = null;
  #number = 0;

  constructor(parts: MinutesParts) {
    this.#parts = parts;
    this.#loop = new Loop({ ...parts, name: 'minutes' }, async () => {
      await this.runOnce();
      return FLUSH_MS;
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** The last counts are added, where Redis answers. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.runOnce().catch((error: Error) => {
      this.#parts.logger.warn({ error: error.message }, 'the last counts of the history are lost');
    });
  }

  /** Adds what was counted since the last time; without anything it asks Redis nothing. */
  async runOnce(): Promise<void> {
    this.#sent ??= this.#counted();
    if (this.#sent === null) return;
    await noteMinutes(this.#parts.redis, this.#parts.store, this.#sent);
    this.#sent = null;
  }

  #counted(): CountedMinute | null {
    const { clock, measures, worker } = this.#parts;
    const nowMs = clock.nowMs() + measures.offsetMs;
    const minute = Math.floor((nowMs % HOUR_MS) / MINUTE_MS);
    const count = (kind: MinuteKind, word: string, automation: string, times: number): MinuteCount => [
      minuteField({ minute, kind, word, automation }),
      minuteField({ minute, kind, word, automation: automation === '' ? '' : OTHER_AUTOMATIONS }),
      times,
    ];
    const { events, decisions, firings } = this.work;
    const counts = [
      ...events.take().map(([outcome, , times]) => count('event', outcome, '', times)),
      ...decisions.take().map(([id, word, times]) => count('decision', word, id, times)),
      ...firings.take().map(([id, state, times]) => count('firing', state, id, times)),
    ];
    if (counts.length === 0) return null;
    this.#number += 1;
    return { hour: Math.floor(nowMs / HOUR_MS), worker, number: this.#number, counts };
  }
}
