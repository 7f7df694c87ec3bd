import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Applier } from '../apply/applier.ts';
import { Batch, CHUNK_SIZE } from '../apply/batch.ts';
import { LoadedDefinitions } from '../apply/loaded-definitions.ts';
import { Matcher } from '../apply/matcher.ts';
import { ManualClock } from '../clock.ts';
import { InvalidDocument } from '../errors.ts';
import type { Automation } from '../model/automation.ts';
import { parseFiring } from '../model/firing.ts';
import { type Entry, sealEvent } from '../model/intake.ts';
import { deleteDefinition, findDefinition, listenToAll, putDefinition } from '../redis/definitions.ts';
import { requireFormat } from '../redis/format.ts';
import { ledgerBehind } from '../redis/ledger.ts';
import { append, readBehind } from '../redis/log.ts';
import { type Store, storeOf } from '../redis/store.ts';
import { Scheduler } from '../services/scheduler.ts';
import {
  answered,
  automationsOf,
  type Emitted,
  refuseEndless,
  type Scenario,
  type ScenarioAnswer,
} from './scenario.ts';

/** Redis to run on, and what the engine is to be made of; several scenarios may share one connection at a time. */
export type SimulationParts = Readonly<{
  redis: Redis;
  logger: Logger;
  ignored: ReadonlySet<string>;
  chunkSize?: number;
  /** Aborted: the scenario ends with an error at its next step. */
  signal?: AbortSignal;
}>;

/** Told after each step, its log empty, what has been emitted so far; the state may be looked at meanwhile. */
export type AfterStep = (step: number, ledger: readonly Emitted[]) => Promise<void>;

/** The engine on a scratch namespace in virtual time. It is alone there, so it knows the end of the log without asking. */
class Simulation {
  readonly ledger: Emitted[] = [];
  readonly #store: Store;
  readonly #clock: ManualClock;
  readonly #redis: Redis;
  readonly #definitions: LoadedDefinitions;
  readonly #applier: Applier;
  readonly #scheduler: Scheduler;
  readonly #chunkSize: number;
  readonly #signal = new AbortController().signal;
  /** Stream ids of the last applied entry and the last firing that was read. */
  #applied = '0-0';
  #noted = '0-0';

  constructor(parts: SimulationParts, namespace: string, startMs: number) {
    const { redis, logger, chunkSize = CHUNK_SIZE } = parts;
    this.#redis = redis;
    this.#chunkSize = chunkSize;
    this.#clock = new ManualClock(startMs);
    this.#store = storeOf(namespace, () => this.#clock.virtualNowMs());
    this.#definitions = new LoadedDefinitions(redis, this.#store, parts.ignored);
    const base = { redis, store: this.#store, clock: this.#clock };
    this.#applier = new Applier({ ...base, matcher: new Matcher(this.#definitions, this.#clock, chunkSize), logger });
    this.#scheduler = new Scheduler(base);
  }

  async prepare(): Promise<void> {
    await requireFormat(this.#redis, this.#store);
    // In a scenario every state-change event stands in the log, also when no automation wants it.
    await listenToAll(this.#redis, this.#store);
  }

  /** Time may go back a little, as it may on a server, but not before what stands in the log. */
  moveTo(atMs: number): void {
    this.#clock.moveTo(Math.max(atMs, Number.parseInt(this.#applied, 10)));
  }

  /** Appends an event and applies it. @returns why it was refused at the door, or null */
  async send(document: unknown): Promise<string | null> {
    const received = this.#clock.nowMs();
    const id = this.#nextId(received);
    let data: string;
    try {
      data = sealEvent(document, () => `entry-${id}`, received, { anyId: true }).data;
    } catch (error) {
      if (error instanceof InvalidDocument) return error.message;
      throw error;
    }
    const entry = { id, fields: ['data', data] };
    // Both are sent at once: commands of one connection are answered in order.
    const added = append(this.#redis, this.#store, entry.id, entry.fields);
    await Promise.all([added, this.#apply([entry])]);
    return null;
  }

  async put(automation: Automation): Promise<void> {
    await putDefinition(this.#redis, this.#store, automation, { always: true });
    await this.#definitions.refresh();
  }

  async delete(id: string): Promise<void> {
    const known = await findDefinition(this.#redis, this.#store, id);
    if (known !== null) await deleteDefinition(this.#redis, this.#store, id);
    await this.#definitions.refresh();
  }

  async tick(): Promise<void> {
    await this.#scheduler.runOnce();
  }

  /** Applies what the engine itself appended, until nothing is left, and notes what fired. */
  async drain(step: number): Promise<void> {
    let fired = false;
    for (;;) {
      const waiting = await readBehind(this.#redis, this.#store, this.#applied, this.#chunkSize);
      if (waiting.length === 0) break;
      fired = true;
      await this.#apply(waiting);
    }
    // Whatever fires leaves a state-change event in the log.
    if (!fired) return;
    for (const [id, fields] of await ledgerBehind(this.#redis, this.#store, this.#noted)) {
      this.#noted = id;
      this.ledger.push({ step, firing: parseFiring(fields) });
    }
  }

  async #apply(entries: readonly Entry[]): Promise<void> {
    this.#applied = entries.at(-1)?.id ?? this.#applied;
    await this.#applier.apply(new Batch(entries), this.#signal);
  }

  /** The stream id that Redis would give the next entry. */
  #nextId(atMs: number): string {
    const [ms, sequence] = this.#applied.split('-').map(Number);
    return ms === atMs ? `${atMs}-${(sequence ?? 0) + 1}` : `${atMs}-0`;
  }
}

/**
 * Runs one scenario on the real engine in virtual time. Everything it leaves behind is in `namespace`, which must be
 * empty; removing it is the caller's part, since that costs less for many at a time.
 */
export async function simulate(
  parts: SimulationParts,
  namespace: string,
  scenario: Scenario,
  afterStep?: AfterStep,
): Promise<ScenarioAnswer> {
  const { name, timeline } = scenario;
  const refused: { step: number; reason: string }[] = [];
  const automations = automationsOf(scenario);
  if ('invalid' in automations) return { name, ...automations };
  refuseEndless(scenario, automations);
  const simulation = new Simulation(parts, namespace, scenario.start ?? timeline[0]?.at ?? 0);
  await simulation.prepare();
  for (const automation of automations.loaded) await simulation.put(automation);
  for (const [i, { at, event, tick, delete: id }] of timeline.entries()) {
    parts.signal?.throwIfAborted();
    simulation.moveTo(at);
    if (event !== undefined) {
      const reason = await simulation.send(event);
      if (reason !== null) refused.push({ step: i, reason });
    }
    if (tick) await simulation.tick();
    const put = automations.puts.get(i);
    if (put) await simulation.put(put);
    if (id !== undefined) await simulation.delete(id);
    await simulation.drain(i);
    await afterStep?.(i, simulation.ledger);
  }
  return { name, firings: answered(simulation.ledger), ...(refused.length > 0 ? { refused } : {}) };
}
