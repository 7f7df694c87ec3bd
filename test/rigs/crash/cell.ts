import type { Redis } from 'ioredis';
import { eventually } from '../../support/eventually.ts';
import type { Hand } from './hand.ts';
import { empty, type Outcome, outcomeOf, quiet } from './outcome.ts';
import { age, automationOf, EXTRA, type Scenario } from './scenario.ts';
import type { Fate } from './wire.ts';

export type CellParts = Readonly<{
  redis: Redis;
  namespace: string;
  scenario: Scenario;
  /** What becomes of the first worker. */
  fate: Fate | null;
  first: () => Hand;
  /** The one that goes on. */
  second: () => Hand;
}>;

/** What came out of a run, whether the cut was reached, and the names of all calls that were made. */
export type Run = { outcome: Outcome; reached: boolean; calls: string[] };

/** One run of the scenario: with one worker, and with another one as soon as the first has come to its cut. */
export class Cell {
  readonly #parts: CellParts;
  readonly #first: Hand;
  #second: Hand | null = null;
  #reached = false;
  #pushed = false;
  #stopping = false;
  /** What the first worker was told to do. */
  readonly #begun: Promise<unknown>[] = [];

  constructor(parts: CellParts) {
    this.#parts = parts;
    this.#first = parts.first();
  }

  /** To be called once, in a namespace that the scenario is prepared in. */
  async run(): Promise<Run> {
    const { redis, namespace } = this.#parts;
    try {
      for (const step of this.#steps()) {
        if (!this.#reached) await this.#attempt(step);
        if (this.#reached) await step(await this.#other());
      }
      if (!this.#reached) {
        this.#stopping = true;
        await this.#attempt((hand) => hand.stop());
      }
      if (this.#reached) await this.#finish();
      const calls = [...this.#first.calls(), ...(this.#second?.calls() ?? [])];
      return { outcome: await outcomeOf(redis, namespace), reached: this.#reached, calls };
    } finally {
      await Promise.all([this.#first.discard(), this.#second?.discard()]);
    }
  }

  /** All that a worker is needed for. Each step can be repeated by another one. */
  #steps(): ((hand: Hand) => Promise<void>)[] {
    const { redis, namespace, scenario } = this.#parts;
    return [
      (hand) => hand.ready(),
      () => this.#settled(),
      (hand) => hand.put(automationOf(scenario.kind, 'second')),
      (hand) => hand.remove(EXTRA).catch(goneAlready),
      async () => {
        if (!this.#pushed) await scenario.pushSecond(redis, namespace);
        this.#pushed = true;
        await this.#settled();
      },
    ];
  }

  /** Has the first worker do something, until it is done or the worker is cut. */
  async #attempt(step: (hand: Hand) => Promise<void>): Promise<void> {
    const running = step(this.#first);
    // Heard of in the end, if it is still wanted then.
    running.catch(() => undefined);
    this.#begun.push(running);
    const hit = this.#first.hit.then(() => {
      this.#reached = true;
    });
    await Promise.race([running, hit]);
  }

  async #other(): Promise<Hand> {
    if (this.#second) return this.#second;
    const second = this.#parts.second();
    this.#second = second;
    await second.ready();
    return second;
  }

  async #settled(): Promise<void> {
    const { redis, namespace, fate } = this.#parts;
    const look = async (): Promise<boolean> => {
      const other = this.#second?.name() ?? null;
      // One that only lost an answer has to find by itself what it holds.
      if (other !== null && fate !== 'lose reply') await age(redis, namespace, (consumer) => consumer !== other);
      return await quiet(redis, namespace);
    };
    await eventually('all is applied, settled and handed on', look);
  }

  /** The second worker has done everything: what the first still has to say comes too late. */
  async #finish(): Promise<void> {
    const { redis, namespace, fate } = this.#parts;
    const second = await this.#other();
    await this.#settled();
    await empty(redis, namespace);
    if (!fate?.startsWith('kill')) {
      this.#first.release();
      await Promise.all(this.#begun);
      await this.#settled();
      if (!this.#stopping) await this.#first.stop();
    }
    await second.stop();
    await this.#settled();
  }
}

/** Somebody else has removed it meanwhile. */
function goneAlready(error: Error): void {
  if (error.name !== 'NotFound') throw error;
}
