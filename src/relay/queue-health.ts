/** First pause of a queue that failed: long enough for a reconnection, short enough not to be noticed. */
const FIRST_PAUSE_MS = 500;

/** Longest pause of a queue that goes on failing: the most a repaired queue has to wait for its jobs. */
const LONGEST_PAUSE_MS = 30_000;

/** How often the depth of a queue is looked at: a queue of ours cannot grow by much more than its limit in this time. */
const DEPTH_EVERY_MS = 1_000;

/** Jobs after which the depth is looked at whatever the time: the most a relay exceeds a limit by, beside its batch. */
const DEPTH_EVERY_JOBS = 5_000;

/** A full queue opens again below this part of its limit, so that it does not open and close with every job. */
const REOPEN_BELOW = 0.9;

/** Queues remembered while nothing is wrong with them; forgetting one only costs a look at its depth. */
const REMEMBERED_QUEUES = 1_000;

type Gate = {
  closed: 'full' | 'failing' | null;
  /** ms: when a closed gate is tried again. */
  tryAt: number;
  pauseMs: number;
  /** ms: when the depth was seen. */
  seenAt: number;
  addedSince: number;
};

/** A queue that gets no jobs now. */
export type Paused = { queue: string; why: 'full' | 'failing' };

/** What a report changed: worth one line in the log. */
export type Turn = 'closed' | 'opened' | null;

/**
 * One gate for each queue, so that a queue which fails or is full holds up its own jobs and nobody else's. Pure but for its
 * memory: the caller brings the time and the depths.
 */
export class Gates {
  readonly #limit: number;
  readonly #gates = new Map<string, Gate>();

  /** `limit`: jobs not yet begun, above which a queue counts as full. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** May jobs be added to this queue now? A failing one may be tried when its pause is over, a full one only when it was seen to shrink. */
  isOpen(name: string, now: number): boolean {
    const gate = this.#gates.get(name);
    if (gate === undefined || gate.closed === null) return true;
    return gate.closed === 'failing' && gate.tryAt <= now;
  }

  /** Is it time to look at the depth of this queue before adding to it? */
  wantsDepth(name: string, now: number): boolean {
    const gate = this.#gates.get(name);
    if (gate === undefined) return true;
    // A look before a trial changes nothing, while a script that fails half-way leaves half a job behind.
    if (gate.closed === 'failing') return true;
    return now - gate.seenAt >= DEPTH_EVERY_MS || gate.addedSince >= DEPTH_EVERY_JOBS;
  }

  /** Reports a depth (jobs not yet begun). */
  seen(name: string, depth: number, now: number): Turn {
    const gate = this.#gate(name, now);
    gate.seenAt = now;
    gate.addedSince = 0;
    if (gate.closed === 'failing') return null;
    gate.tryAt = now + DEPTH_EVERY_MS;
    if (gate.closed === null && depth >= this.#limit) return close(gate, 'full');
    if (gate.closed === 'full' && depth < this.#limit * REOPEN_BELOW) return open(gate);
    return null;
  }

  /** Reports jobs that were added. */
  added(name: string, jobs: number, now: number): Turn {
    const gate = this.#gate(name, now);
    gate.addedSince += jobs;
    return gate.closed === 'failing' ? open(gate) : null;
  }

  /** Reports that adding failed: the queue is left alone for a pause that doubles each time. */
  failed(name: string, now: number): Turn {
    const gate = this.#gate(name, now);
    gate.pauseMs = gate.pauseMs === 0 ? FIRST_PAUSE_MS : Math.min(gate.pauseMs * 2, LONGEST_PAUSE_MS);
    gate.tryAt = now + gate.pauseMs;
    return gate.closed === 'failing' ? null : close(gate, 'failing');
  }

  /** All gates that are closed. */
  closed(): Paused[] {
    return [...this.#gates].flatMap(([queue, { closed }]) => (closed === null ? [] : [{ queue, why: closed }]));
  }

  /** Full queues whose depth is to be looked at again. */
  fullOnes(now: number): string[] {
    return this.#those((gate) => gate.closed === 'full' && gate.tryAt <= now);
  }

  /** Is there a failing queue that may be tried again? */
  hasTrial(now: number): boolean {
    return this.#those((gate) => gate.closed === 'failing' && gate.tryAt <= now).length > 0;
  }

  /** Reports that all held jobs were tried: a failing queue none of them was meant for is not waited for any longer. */
  tried(since: number): void {
    for (const gate of this.#gates.values()) if (gate.closed === 'failing' && gate.tryAt <= since) open(gate);
  }

  /** When (ms) a closed gate is looked at next; infinite when all are open. */
  nextAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const gate of this.#gates.values()) if (gate.closed !== null) next = Math.min(next, gate.tryAt);
    return next;
  }

  #those(wanted: (gate: Gate) => boolean): string[] {
    return [...this.#gates].filter(([, gate]) => wanted(gate)).map(([name]) => name);
  }

  #gate(name: string, now: number): Gate {
    const known = this.#gates.get(name);
    if (known !== undefined) return known;
    this.#forgetOne();
    const gate: Gate = { closed: null, tryAt: now, pauseMs: 0, seenAt: Number.NEGATIVE_INFINITY, addedSince: 0 };
    this.#gates.set(name, gate);
    return gate;
  }

  #forgetOne(): void {
    if (this.#gates.size < REMEMBERED_QUEUES) return;
    for (const [name, gate] of this.#gates) {
      if (gate.closed !== null) continue;
      this.#gates.delete(name);
      return;
    }
  }
}

function close(gate: Gate, why: 'full' | 'failing'): Turn {
  gate.closed = why;
  return 'closed';
}

function open(gate: Gate): Turn {
  gate.closed = null;
  gate.pauseMs = 0;
  return 'opened';
}
