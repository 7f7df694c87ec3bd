import { setTimeout as pause } from 'node:timers/promises';
import type { EventInput, Watchfire } from '../../../src/index.ts';
import { DONE_AFTER_MS, eventsAt } from './traffic.ts';

/** Between two batches; what was asked for by then is sent. */
const BATCH_MS = 20;

/** Events under way at a time, above which the next ones wait: a producer has to stop somewhere while a partition is away. */
const UNDER_WAY = 20_000;

/** Sends events at a rate, and remembers what was acknowledged. */
export class Producer {
  readonly acknowledged = new Set<string>();
  readonly sent = new Set<string>();
  /** Errors that the caller got, by their text: none of those events counts as acknowledged. */
  readonly errors = new Map<string, number>();
  /** The longest that an answer took, in ms. */
  longestMs = 0;
  readonly #watchfire: Watchfire;
  readonly #random: () => number;
  readonly #later: { at: number; event: EventInput & { id: string } }[] = [];
  #underWay = 0;

  constructor(watchfire: Watchfire, random: () => number) {
    this.#watchfire = watchfire;
    this.#random = random;
  }

  /** @returns events that were acknowledged in each second */
  async run(seconds: number, rate: number): Promise<number[]> {
    const begin = performance.now();
    const course: number[] = [];
    let [i, counted] = [0, 0];
    for (;;) {
      const passed = performance.now() - begin;
      if (passed > seconds * 1_000) break;
      while (this.sent.size < (passed / 1_000) * rate && this.#underWay < UNDER_WAY) {
        const [event, follower] = eventsAt(i, this.#random);
        i += 1;
        if (event) void this.#send(event);
        if (follower) this.#later.push({ at: passed + DONE_AFTER_MS, event: follower });
      }
      while (this.#later[0] && this.#later[0].at <= passed)
        void this.#send((this.#later.shift() as { event: EventInput & { id: string } }).event);
      if (passed / 1_000 > course.length + 1) {
        course.push(this.acknowledged.size - counted);
        counted = this.acknowledged.size;
      }
      await pause(BATCH_MS);
    }
    while (this.#later[0]) {
      const next = this.#later.shift() as { at: number; event: EventInput & { id: string } };
      await pause(Math.max(0, next.at - (performance.now() - begin)));
      void this.#send(next.event);
    }
    return course;
  }

  /** Resolves when each was answered. */
  async answered(boundMs: number): Promise<boolean> {
    const end = performance.now() + boundMs;
    while (this.#underWay > 0 && performance.now() < end) await pause(BATCH_MS);
    return this.#underWay === 0;
  }

  async #send(event: EventInput & { id: string }): Promise<void> {
    this.#underWay += 1;
    this.sent.add(event.id);
    const begin = performance.now();
    try {
      await this.#watchfire.emit(event);
      this.acknowledged.add(event.id);
      this.longestMs = Math.max(this.longestMs, performance.now() - begin);
    } catch (error) {
      const text = (error as Error).message.replace(/\d{2,}|"[^"]*"/g, '…').slice(0, 120);
      this.errors.set(text, (this.errors.get(text) ?? 0) + 1);
    } finally {
      this.#underWay -= 1;
    }
  }
}
