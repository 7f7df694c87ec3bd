import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import { reasonOf } from './errors.ts';
import type { Measures } from './measure/measures.ts';

/** Delays after a step that failed: the first, and the most. */
const FIRST_DELAY_MS = 50;
const LONGEST_DELAY_MS = 2_000;

/** `measures`: where it is seen whether the loop goes on. */
export type LoopParts = { name: string; clock: Clock; logger: Logger; measures?: Pick<Measures, 'pulse'> | undefined };

/**
 * Repeats a step with growing delays until it succeeds. What fails here is the infrastructure, and every step is safe to
 * repeat.
 * @returns what the step answered, or null when `signal` said to give up
 */
export async function persist<T>(parts: LoopParts, signal: AbortSignal, step: () => Promise<T>): Promise<T | null> {
  const { clock, logger, name } = parts;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)) {
    if (signal.aborted) return null;
    try {
      return await step();
    } catch (error) {
      if (signal.aborted) return null;
      logger.warn({ loop: name, error: reasonOf(error), delayMs }, 'step failed');
      await clock.sleep(delayMs, signal);
    }
  }
}

/** Repeats a step until `stop` is called. */
export class Loop {
  readonly #parts: LoopParts;
  readonly #step: (signal: AbortSignal) => Promise<number>;
  readonly #stopping = new AbortController();
  #waking = new AbortController();
  #running: Promise<void> | null = null;
  #dueMs = 0;
  #tickedMs = 0;

  /** @param step does one round and says how many ms to wait before the next one */
  constructor(parts: LoopParts, step: (signal: AbortSignal) => Promise<number>) {
    this.#parts = parts;
    this.#step = step;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** How long the round under way already takes, or how late the next one is; 0 while it waits for its time. */
  overdueMs(nowMs: number): number {
    return Math.max(0, nowMs - (this.#dueMs === 0 ? this.#tickedMs : this.#dueMs));
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Has the next round begin in `ms` at the latest. */
  hurry(ms: number): void {
    if (this.#parts.clock.nowMs() + ms < this.#dueMs) this.#waking.abort();
  }

  /** Lets the step under way finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#waking.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, measures } = this.#parts;
    const { signal } = this.#stopping;
    const step = (): Promise<number> => {
      this.#tickedMs = clock.nowMs();
      return this.#step(signal);
    };
    this.#tickedMs = clock.nowMs();
    measures?.pulse.add(this);
    while (!signal.aborted) {
      this.#waking = new AbortController();
      const waitMs = await persist(this.#parts, signal, step);
      if (!waitMs || signal.aborted) continue;
      this.#dueMs = clock.nowMs() + waitMs;
      await clock.sleep(waitMs, this.#waking.signal);
      this.#tickedMs = clock.nowMs();
      this.#dueMs = 0;
    }
    measures?.pulse.remove(this);
  }
}

/**
 * A loop is not a step: a service is start and stop around `runOnce`, and tests call `runOnce`.
 */
export interface Service {
  /** Starts the loop; returns at once. */
  start(): void;
  /** Lets the step under way finish, then stops. Never rejects. */
  stop(): Promise<void>;
}
