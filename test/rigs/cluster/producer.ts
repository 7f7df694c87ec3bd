import { setTimeout as pause } from 'node:timers/promises';
import { DONE_AFTER_MS, eventsAt, type SentEvent } from './traffic.ts';

/** Between two batches; what was asked for by then is sent. */
const BATCH_MS = 20;

/** Events under way at a time, above which the next ones wait: a producer has to stop somewhere while a partition is away. */
const UNDER_WAY = 20_000;

/** Sends an event; resolves when it is acknowledged. */
export type Send = (event: SentEvent) => Promise<unknown>;

/** `straight`: to its partition. `front`: by the front log, and which share of the events. */
export type Roads = Readonly<{ straight: Send; front: Send; share: number }>;

/** Sends events at a rate, and remembers what was acknowledged. */
export class Producer {
  readonly acknowledged = new Set<string>();
  readonly sent = new Set<string>();
  /** Errors that the caller got, by their text: none of those events counts as acknowledged. */
  readonly errors = new Map<string, number>();
  /** The longest that an answer took, in ms. */
  longestMs = 0;
  readonly #roads: Roads;
  readonly #random: () => number;
  readonly #later: { at: number; event: SentEvent; send: Send }[] = [];
  #underWay = 0;

  constructor(roads: Roads, random: () => number) {
    this.#roads = roads;
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
        const { straight, front, share } = this.#roads;
        // What belongs together comes by the same road: the order of two roads is that of their arrival.
        const send = this.#random() < share ? front : straight;
        if (event) void this.#send(event, send);
        if (follower) this.#later.push({ at: passed + DONE_AFTER_MS, event: follower, send });
      }
      for (let next = this.#later[0]; next && next.at <= passed; next = this.#later[0]) {
        this.#later.shift();
        void this.#send(next.event, next.send);
      }
      if (passed / 1_000 > course.length + 1) {
        course.push(this.acknowledged.size - counted);
        counted = this.acknowledged.size;
      }
      await pause(BATCH_MS);
    }
    for (const next of this.#later.splice(0)) {
      await pause(Math.max(0, next.at - (performance.now() - begin)));
      void this.#send(next.event, next.send);
    }
    return course;
  }

  /** Resolves when each was answered. */
  async answered(boundMs: number): Promise<boolean> {
    const end = performance.now() + boundMs;
    while (this.#underWay > 0 && performance.now() < end) await pause(BATCH_MS);
    return this.#underWay === 0;
  }

  async #send(event: SentEvent, send: Send): Promise<void> {
    this.#underWay += 1;
    this.sent.add(event.id);
    const begin = performance.now();
    try {
      await send(event);
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
