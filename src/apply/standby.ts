import type { Clock } from '../clock.ts';
import type { Passage } from './applier.ts';

/** How long a worker stands by: at first, doubled each time that it comes back and is not needed, and at most. */
const FIRST_PAUSE_MS = 64;
const LONGEST_PAUSE_MS = 8_000;

/** Between two looks of a worker on standby at how far the others are. */
const LOOK_MS = 100;

/**
 * A worker that has nothing to do but wait for others for more than this share of the time stands by; sooner where one worker is enough,
 * since two that take turns then lose a part of each turn.
 */
const MOST_IDLE = 0.3;
const MOST_IDLE_WHERE_CHEAP = 0.1;

/** So many batches are looked at together, about. */
const BATCHES = 32;

/** Redis counts as busy with what others have it apply when that, at the pace of one's own calls, takes this share of the time. */
const BUSY = 2 / 3;

/** Matching is cheap when it takes no longer than so many times the call: then one worker is enough, if it is not much slower than this one. */
const CHEAP = 1.5;
const MUCH_SLOWER = 0.25;

/** By so many entries a pace is known; what came before them counts for half. */
const PACED_ENTRIES = 1_000;

/**
 * Decides when a worker reads. Where Redis is the limit, more than one worker makes it slower: the turn goes from one to the other, and
 * meanwhile nothing is applied. So a worker that has little to do but wait for its turn stands by, for longer and longer. When it comes
 * back it is on trial with one batch, from whose wait it is seen how fast the others are. The one that does not have to wait goes
 * on: it has long runs, and the others cost nothing. Where matching is the limit, the position moves slower than Redis could, and all
 * keep on reading.
 */
export class Standby {
  readonly #clock: Clock;
  readonly #random: () => number;
  #onTrial = true;
  #standsBy = false;
  #pauseMs = FIRST_PAUSE_MS;
  #idle = 0;
  readonly #matching = new Pace();
  readonly #calling = new Pace();

  /** @param random from 0 to 1: workers that stand by at the same time come back one after the other */
  constructor(clock: Clock, random: () => number = Math.random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Whether it is not known yet that this worker is needed: it reads no further before its batch is applied. */
  get isOnTrial(): boolean {
    return this.#onTrial;
  }

  matched(entries: number, ms: number): void {
    this.#matching.note(entries, ms);
  }

  /**
   * A batch is applied.
   * @param idleMs how long the worker had nothing to do but wait for that
   * @param allMs since the batch before, or since this one was read where it is on trial
   */
  note(passage: Passage, idleMs: number, allMs: number): void {
    this.#calling.note(passage.called, passage.callMs);
    // What was read before it is applied after it.
    if (this.#standsBy) return;
    const idle = Math.min(idleMs, passage.waitedMs) / Math.max(allMs, 1);
    if (this.#onTrial) this.#judge(idle > MOST_IDLE && this.#suffices(passage.meanwhile / passage.waitedMs));
    else this.#weigh(idle);
  }

  /**
   * Resolves when the worker is to read: at once while it is needed, else when its time is over, or as soon as the others are slow.
   * @param look answers how many entries were ever applied
   */
  async untilOver(look: () => Promise<number>, signal: AbortSignal): Promise<void> {
    if (!this.#standsBy) return;
    const clock = this.#clock;
    let [applied, atMs] = [await look(), clock.nowMs()];
    const untilMs = atMs + this.#pauseMs * (0.5 + this.#random());
    while (atMs < untilMs && !signal.aborted) {
      await clock.sleep(Math.min(LOOK_MS, untilMs - atMs), signal);
      const [then, thenMs] = [await look(), clock.nowMs()];
      if (!this.#suffices((then - applied) / (thenMs - atMs))) break;
      [applied, atMs] = [then, thenMs];
    }
    this.#standsBy = false;
  }

  #judge(tooMany: boolean): void {
    this.#onTrial = tooMany;
    this.#standsBy = tooMany;
    this.#pauseMs = tooMany ? Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
    this.#idle = 0;
  }

  #weigh(idle: number): void {
    this.#idle += (idle - this.#idle) / BATCHES;
    if (this.#idle <= (this.#isCheap ? MOST_IDLE_WHERE_CHEAP : MOST_IDLE)) return;
    this.#onTrial = true;
    this.#standsBy = true;
    this.#idle = 0;
  }

  get #isCheap(): boolean {
    return this.#matching.msAnEntry <= CHEAP * this.#calling.msAnEntry;
  }

  /** Whether others do without this worker, who apply so many entries a ms. */
  #suffices(rate: number): boolean {
    const [matchMs, callMs] = [this.#matching.msAnEntry, this.#calling.msAnEntry];
    if (rate * callMs >= BUSY) return true;
    return this.#isCheap && rate * Math.max(matchMs, callMs) >= MUCH_SLOWER;
  }
}

/** How long something takes for an entry, as of late. */
class Pace {
  #entries = 0;
  #ms = 0;

  get msAnEntry(): number {
    return this.#ms / this.#entries;
  }

  note(entries: number, ms: number): void {
    this.#entries += entries;
    this.#ms += ms;
    if (this.#entries < PACED_ENTRIES) return;
    this.#entries /= 2;
    this.#ms /= 2;
  }
}
