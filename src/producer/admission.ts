import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { Overloaded } from '../errors.ts';
import type { Store } from '../redis/store.ts';
import { type Bounds, drainRate, gaugeOf, type Look, type Refusal, refusalOf } from './pressure.ts';

/**
 * How old a look may be, in time, events and characters, whichever comes first: a producer exceeds a bound by what it sends until then and
 * by what is under way. Redis spends a thousandth of its time on the looks of ten busy producers.
 */
const LOOK_EVERY_MS = 500;
const LOOK_EVERY_EVENTS = 5_000;
const LOOK_EVERY_CHARACTERS = 8_000_000;

/** Looks that are kept, to tell how fast the backlog shrinks. */
const REMEMBERED_MS = 10_000;

/** How long a refused event waits for a second look when the first one alone cannot tell when to come back. */
const SAMPLE_MS = 200;

/** How long an event waits for the answer of a look: when Redis does not answer, the append itself deals with that. */
export const LOOK_PATIENCE_MS = 500;

export type AdmissionParts = Readonly<{ redis: Redis; store: Store; clock: Clock; logger: Logger; bounds: Bounds }>;

/**
 * Lets events in until the log or the memory is too full. The first event of a process waits for a look at Redis, and so does the
 * first one after the time at which a refused producer is to come back. The last look decides on all others; each look is sent beside
 * them. So a bound is noticed half a second late at most. A script in place of `XADD` would notice at once, but anybody may append
 * with a plain command, and an append is to stay one command.
 */
export class Admission {
  readonly #parts: AdmissionParts;
  readonly #gauge: () => Promise<Look>;
  #looks: Look[] = [];
  #refusal: Refusal | null = null;
  #refusedUntilMs = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Events, and characters of them, since the last look. */
  #events = 0;
  #characters = 0;
  #looking: Promise<void> | null = null;
  #warned = false;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.#gauge = gaugeOf(parts.redis, parts.store, () => parts.clock.nowMs());
  }

  /**
   * Null when an event of this many characters may go at once. Else a promise that resolves when it may.
   * @throws Overloaded saying when to come back, from here or from the promise
   */
  admit(characters: number): Promise<void> | null {
    const nowMs = this.#parts.clock.nowMs();
    this.#events += 1;
    this.#characters += characters;
    const first = this.#lookedAtMs === Number.NEGATIVE_INFINITY;
    const refusal = this.#refusal;
    if (first || (refusal && nowMs >= this.#refusedUntilMs)) return this.#decide();
    if (this.#isOld(nowMs)) void this.#look();
    if (refusal) throw this.#overloaded(refusal);
    return null;
  }

  #isOld(nowMs: number): boolean {
    if (this.#events >= LOOK_EVERY_EVENTS || this.#characters >= LOOK_EVERY_CHARACTERS) return true;
    return nowMs - this.#lookedAtMs >= LOOK_EVERY_MS;
  }

  async #decide(): Promise<void> {
    const answered = new AbortController();
    const patience = this.#parts.clock.sleep(LOOK_PATIENCE_MS, answered.signal);
    await Promise.race([this.#look(), patience]);
    answered.abort();
    if (this.#refusal?.reason === 'backlog' && drainRate(this.#looks) === null) {
      await this.#parts.clock.sleep(SAMPLE_MS, new AbortController().signal);
      await this.#look();
    }
    if (this.#refusal) throw this.#overloaded(this.#refusal);
  }

  #overloaded({ reason, sentence, retryAfterMs }: Refusal): Overloaded {
    const leftMs = this.#refusedUntilMs - this.#parts.clock.nowMs();
    return new Overloaded(reason, sentence, leftMs > 0 ? leftMs : retryAfterMs);
  }

  /** The look under way, or a new one. Never rejects. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookOnce().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #lookOnce(): Promise<void> {
    const { clock, bounds, logger } = this.#parts;
    this.#events = 0;
    this.#characters = 0;
    try {
      const look = await this.#gauge();
      this.#looks = [...this.#looks.filter(({ atMs }) => look.atMs - atMs <= REMEMBERED_MS), look];
      this.#refusal = refusalOf(this.#looks, bounds, this.#refusal?.reason ?? null);
      this.#refusedUntilMs = this.#refusal === null ? 0 : look.atMs + this.#refusal.retryAfterMs;
    } catch (error) {
      // Appending says itself when Redis cannot be used; a producer that may not ask is not kept from sending.
      this.#refusal = null;
      if (!this.#warned) logger.warn({ error: (error as Error).message }, 'cannot look at the backlog, no bound holds');
      this.#warned = true;
    } finally {
      this.#lookedAtMs = clock.nowMs();
    }
  }
}
