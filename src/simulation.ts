import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { ManualClock } from './clock.ts';
import { InvalidDocument } from './errors.ts';
import { type Automation, parseAutomation } from './model/automation.ts';
import { parseEvent } from './model/event.ts';
import { type Firing, parseFiring, stateChangeEventId } from './model/firing.ts';
import { deleteDefinition, putDefinition } from './redis/definitions.ts';
import { removeNamespace } from './redis/namespace.ts';
import { type Store, storeOf } from './redis/store.ts';
import { Applier } from './services/applier.ts';
import { Scheduler } from './services/scheduler.ts';
import { Definitions } from './services/view.ts';

/** One step of a scenario; `at` is Redis time, ISO text. */
export type Step = { at: string; event?: unknown; tick?: true; put?: unknown; delete?: string };

export type Scenario = { name: string; start?: string; automations?: unknown[]; timeline: Step[] };

/** A root firing as scenarios write it; `event` is `@n` where it is the state-change event of firing n. */
export type Answered = {
  step: number;
  automation: string;
  labels: Record<string, string>;
  event: string | null;
  children: number;
  state: 'triggered' | 'resolved';
  triggered: string;
};

export type Answer =
  | { name: string; firings: Answered[]; refused?: { step: number; reason: string }[] }
  | { name: string; invalid: string };

export type SimulationParts = { redis: Redis; logger: Logger; ignored: ReadonlySet<string>; chunkSize?: number };

/** The engine on a scratch namespace in virtual time. */
class Simulation {
  readonly store: Store;
  readonly #clock: ManualClock;
  readonly #redis: Redis;
  readonly #applier: Applier;
  readonly #scheduler: Scheduler;
  readonly #signal = new AbortController().signal;
  #read = '-';
  readonly ledger: { step: number; firing: Firing }[] = [];

  constructor(parts: SimulationParts, namespace: string, startMs: number) {
    const { redis, logger } = parts;
    this.#redis = redis;
    this.#clock = new ManualClock(startMs);
    this.store = storeOf(namespace, () => this.#clock.virtualNowMs());
    const definitions = new Definitions(redis, this.store, parts.ignored);
    const base = { redis, store: this.store, clock: this.#clock };
    this.#applier = new Applier({
      ...base,
      definitions,
      logger,
      ...(parts.chunkSize ? { chunkSize: parts.chunkSize } : {}),
    });
    this.#scheduler = new Scheduler(base);
  }

  async prepare(): Promise<void> {
    // In a scenario every state-change event stands in the log, whether anybody listens or not.
    await this.#redis.sadd(this.store.keys.listeners, '*');
  }

  moveTo(atMs: number): void {
    this.#clock.moveTo(atMs);
  }

  /** @returns why the event was refused at the door, or null */
  async send(document: unknown): Promise<string | null> {
    const received = this.#clock.nowMs();
    try {
      parseEvent(document, { entryId: `${received}-0`, received });
    } catch (error) {
      if (error instanceof InvalidDocument) return error.message;
      throw error;
    }
    await this.#redis.xadd(this.store.keys.events, `${received}-*`, 'data', JSON.stringify(document));
    return null;
  }

  async put(automation: Automation): Promise<void> {
    await putDefinition(this.#redis, this.store, automation);
  }

  async delete(id: string): Promise<void> {
    const known = await this.#redis.hexists(this.store.keys.automations, id);
    if (known) await deleteDefinition(this.#redis, this.store, id);
  }

  async tick(): Promise<void> {
    await this.#scheduler.runOnce();
  }

  /** Applies the log until it is empty and notes what fired. */
  async drain(step: number): Promise<void> {
    while ((await this.#applier.applyWaiting(this.#signal)) > 0);
    for (const [id, fields] of await this.#redis.xrange(this.store.keys.firings, this.#read, '+')) {
      this.#read = `(${id}`;
      this.ledger.push({ step, firing: parseFiring(fields) });
    }
  }
}

function answered(ledger: readonly { step: number; firing: Firing }[]): Answered[] {
  const own = new Map(ledger.map(({ firing }, i) => [stateChangeEventId(firing.id), `@${i}`]));
  return ledger.map(({ step, firing }) => ({
    step,
    automation: firing.automation,
    labels: firing.labels,
    event: firing.event === null ? null : (own.get(firing.event.id) ?? firing.event.id),
    children: firing.children.length,
    state: firing.state === 'Resolved' ? 'resolved' : 'triggered',
    triggered: new Date(firing.triggered).toISOString(),
  }));
}

/**
 * Runs one scenario on the real engine in virtual time, in a namespace of its own that is removed afterwards.
 * @param namespace must not be in use
 */
export async function simulate(parts: SimulationParts, namespace: string, scenario: Scenario): Promise<Answer> {
  const { name, timeline } = scenario;
  const loaded: Automation[] = [];
  const puts = new Map<number, Automation>();
  try {
    for (const document of scenario.automations ?? []) loaded.push(parseAutomation(document));
    for (const [i, step] of timeline.entries()) {
      if (step.put !== undefined) puts.set(i, parseAutomation(step.put));
    }
  } catch (error) {
    if (error instanceof InvalidDocument) return { name, invalid: error.message };
    throw error;
  }
  const refused: { step: number; reason: string }[] = [];
  const simulation = new Simulation(
    parts,
    namespace,
    Date.parse(scenario.start ?? timeline[0]?.at ?? '1970-01-01T00:00:00Z'),
  );
  try {
    await simulation.prepare();
    for (const automation of loaded) await simulation.put(automation);
    for (const [i, step] of timeline.entries()) {
      simulation.moveTo(Date.parse(step.at));
      if (step.event !== undefined) {
        const reason = await simulation.send(step.event);
        if (reason !== null) refused.push({ step: i, reason });
      }
      if (step.tick) await simulation.tick();
      const put = puts.get(i);
      if (put) await simulation.put(put);
      if (step.delete !== undefined) await simulation.delete(step.delete);
      await simulation.drain(i);
    }
    return { name, firings: answered(simulation.ledger), ...(refused.length > 0 ? { refused } : {}) };
  } finally {
    await removeNamespace(parts.redis, simulation.store.namespace);
  }
}
