/** First pause of a queue that failed: long enough for a reconnection, short enough not to be noticed. */
const FIRST_PAUSE_MS = 500;

/** Longest pause of a queue that goes on failing: the most a repaired queue has to wait for its jobs. */
const LONGEST_PAUSE_MS = 30_000;

/** How often the depth of a queue is looked at: a queue cannot grow by much more than its limit in this time. */
const DEPTH_EVERY_MS = 1_000;

/** Jobs after which the depth is looked at whatever the time: the most a relay exceeds a limit by, beside its batch. */
const DEPTH_EVERY_JOBS = 5_000;

/** A full queue takes jobs again below this part of its limit, so that its breaker does not open and close with every job. */
const CLOSE_BELOW = 0.9;

/** Queues remembered while nothing is wrong with them; forgetting one only costs a look at its depth. */
const REMEMBERED_QUEUES = 1_000;

/** How much the last job moves the mean of those before it. */
const MEAN_SHARE = 1 / 8;

/** Why a breaker is open. */
type Trouble = 'full' | 'failing';

type CircuitBreaker = {
  /** Null while the breaker is closed. */
  trouble: Trouble | null;
  /** ms: when a failing queue is tried again, or the depth of a full one is looked at again. */
  tryAt: number;
  pauseMs: number;
  /** ms: when the depth was seen. */
  seenAt: number;
  /** Weights: what was in the queue then, what was added since, and of that what large jobs brought. */
  depth: number;
  addedSince: number;
  largeSince: number;
  /** About what a job of this queue weighs: the mean of the latest ones that were added. */
  weight: number;
};

/** A queue that gets no jobs now. */
export type PausedQueue = { queue: string; why: Trouble };

/** What a report did to a breaker: worth one line in the log. */
export type Transition = 'opened' | 'closed' | null;

/**
 * A circuit breaker for each queue, so that a queue which fails or is full holds up its own jobs and no others. Closed: jobs go to
 * the queue. Open: none do. Half-open: the pause of a failing queue is over, and jobs go there to try it. A full queue has no such
 * trial: its depth, which can be seen, closes its breaker. Depths are weights: a large job counts as several, so that a queue is bounded
 * by bytes, too. Pure but for its memory: the caller brings the time and the depths.
 */
export class CircuitBreakers {
  readonly #limit: number;
  readonly #breakers = new Map<string, CircuitBreaker>();

  /** `limit`: weight of the jobs not yet begun, above which a queue counts as full. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether jobs may go to this queue now: its breaker is closed or half-open. */
  allows(name: string, now: number): boolean {
    const breaker = this.#breakers.get(name);
    return breaker === undefined || stateOf(breaker, now) !== 'open';
  }

  /**
   * Counts a large job that is about to be added, where there is room for it. Others are counted when they are there: what one batch of
   * them adds is little.
   */
  takesLarge(name: string, weight: number, now: number): boolean {
    const breaker = this.#breaker(name, now);
    if (breaker.trouble === null && breaker.depth + breaker.largeSince >= this.#limit) {
      open(breaker, 'full');
      breaker.tryAt = now + DEPTH_EVERY_MS;
    }
    if (breaker.trouble === 'full') return false;
    breaker.largeSince += weight;
    return true;
  }

  /** Is it time to look at the depth of this queue before adding to it? */
  wantsDepth(name: string, now: number): boolean {
    const breaker = this.#breakers.get(name);
    if (breaker === undefined) return true;
    // A look before a trial changes nothing, while a script that fails half-way leaves half a job behind.
    if (breaker.trouble === 'failing') return true;
    return now - breaker.seenAt >= DEPTH_EVERY_MS || breaker.addedSince >= DEPTH_EVERY_JOBS;
  }

  /** Reports how many jobs are not yet begun. */
  seen(name: string, jobs: number, now: number): Transition {
    const breaker = this.#breaker(name, now);
    const depth = jobs * breaker.weight;
    breaker.seenAt = now;
    breaker.depth = depth;
    breaker.addedSince = 0;
    breaker.largeSince = 0;
    if (breaker.trouble === 'failing') return null;
    breaker.tryAt = now + DEPTH_EVERY_MS;
    if (breaker.trouble === null && depth >= this.#limit) return open(breaker, 'full');
    if (breaker.trouble === 'full' && depth < this.#limit * CLOSE_BELOW) return close(breaker);
    return null;
  }

  /** Reports the weights of jobs that were added. */
  added(name: string, weights: readonly number[], now: number): Transition {
    const breaker = this.#breaker(name, now);
    for (const weight of weights) {
      breaker.addedSince += weight;
      breaker.weight += (weight - breaker.weight) * MEAN_SHARE;
    }
    return breaker.trouble === 'failing' ? close(breaker) : null;
  }

  /** Reports that adding failed: the queue is left alone for a pause that doubles each time. */
  failed(name: string, now: number): Transition {
    const breaker = this.#breaker(name, now);
    breaker.pauseMs = breaker.pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(breaker.pauseMs * 2, LONGEST_PAUSE_MS);
    breaker.tryAt = now + breaker.pauseMs;
    return breaker.trouble === 'failing' ? null : open(breaker, 'failing');
  }

  /** All queues whose breaker is not closed. */
  paused(): PausedQueue[] {
    return [...this.#breakers].flatMap(([queue, { trouble }]) => (trouble === null ? [] : [{ queue, why: trouble }]));
  }

  /** Full queues whose depth is to be looked at again. */
  fullOnes(now: number): string[] {
    return this.#namesOf(({ trouble, tryAt }) => trouble === 'full' && tryAt <= now);
  }

  /** Is there a failing queue that may be tried again? */
  hasHalfOpen(now: number): boolean {
    return this.#namesOf((breaker) => stateOf(breaker, now) === 'half-open').length > 0;
  }

  /**
   * Reports that all held jobs were looked through, beginning at `since` (ms): a breaker that was half-open then and still is had no
   * job to try, and closes.
   */
  tried(since: number): void {
    for (const breaker of this.#breakers.values()) if (stateOf(breaker, since) === 'half-open') close(breaker);
  }

  /** When (ms) a queue in trouble is looked at next; infinite when all breakers are closed. */
  nextAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { trouble, tryAt } of this.#breakers.values()) if (trouble !== null) next = Math.min(next, tryAt);
    return next;
  }

  #namesOf(wanted: (breaker: CircuitBreaker) => boolean): string[] {
    return [...this.#breakers].filter(([, breaker]) => wanted(breaker)).map(([name]) => name);
  }

  #breaker(name: string, now: number): CircuitBreaker {
    const known = this.#breakers.get(name);
    if (known !== undefined) return known;
    this.#forgetOne();
    const nothing = { depth: 0, addedSince: 0, largeSince: 0, weight: 1 };
    const breaker = { trouble: null, tryAt: now, pauseMs: 0, seenAt: Number.NEGATIVE_INFINITY, ...nothing };
    this.#breakers.set(name, breaker);
    return breaker;
  }

  #forgetOne(): void {
    if (this.#breakers.size < REMEMBERED_QUEUES) return;
    for (const [name, { trouble }] of this.#breakers) {
      if (trouble !== null) continue;
      this.#breakers.delete(name);
      return;
    }
  }
}

function stateOf({ trouble, tryAt }: CircuitBreaker, now: number): 'closed' | 'open' | 'half-open' {
  if (trouble === null) return 'closed';
  return trouble === 'failing' && tryAt <= now ? 'half-open' : 'open';
}

function open(breaker: CircuitBreaker, why: Trouble): Transition {
  breaker.trouble = why;
  return 'opened';
}

function close(breaker: CircuitBreaker): Transition {
  breaker.trouble = null;
  breaker.pauseMs = 0;
  return 'closed';
}
