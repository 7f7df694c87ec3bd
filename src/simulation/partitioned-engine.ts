import type { Observer } from '../apply/applier.ts';
import { InvalidDocument } from '../errors.ts';
import { isSpread } from '../match/placement.ts';
import { Routing } from '../match/routing.ts';
import { type Automation, inModeOf } from '../model/automation.ts';
import type { Firing } from '../model/firing.ts';
import { type Entry, sealEvent } from '../model/intake.ts';
import { GLOBAL_PARTITION, type PartitionLayout, partitionNames } from '../model/partition.ts';
import type { KeyName } from '../redis/key-changes.ts';
import { isAfter } from '../redis/log.ts';
import { mergedFirings } from './merged-ledger.ts';
import { nextId, ScratchEngine, type ScratchParts } from './scratch-engine.ts';

/** What an engine in virtual time does in a step of a scenario. */
export type StepEngine = Readonly<{
  prepare: () => Promise<void>;
  moveTo: (atMs: number) => void;
  send: (document: unknown) => Promise<string | null>;
  tick: () => Promise<void>;
  put: (automation: Automation) => Promise<unknown>;
  delete: (id: string) => Promise<void>;
  clear: (key: KeyName) => Promise<void>;
  resolve: (key: KeyName) => Promise<void>;
  drain: () => Promise<Firing[]>;
}>;

/**
 * The engine of a namespace with partitions in virtual time: an engine for each partition, and events that come through the front log. A
 * feed takes no time here, and what an event does not concern moves on with it all the same, as marks let it.
 */
export class PartitionedEngine implements StepEngine {
  readonly #layout: PartitionLayout;
  readonly #engines = new Map<string, ScratchEngine>();
  readonly #routing: Routing;
  /** Entries that engines appended themselves, by the ids of their firings. */
  readonly #own = new Map<string, Entry>();
  /** What stands where: automations that move keep the mode that they were in. */
  readonly #homes = new Map<string, Readonly<{ names: readonly string[]; automation: Automation }>>();
  #nowMs: number;
  /** Id of the last entry of any log, as the front log would have it. */
  #last = '0-0';
  /** Id of the event of this step. */
  #event: string | null = null;

  /** @param namespace what the namespaces of the partitions begin with; all of them must be empty */
  constructor(parts: ScratchParts, namespace: string, startMs: number, layout: PartitionLayout) {
    this.#layout = layout;
    this.#nowMs = startMs;
    const observe: Observer = (entries, applied) => {
      for (const entry of entries) if (entry.fields[0] === 'firing') this.#own.set(entry.fields[1] ?? '', entry);
      parts.observe?.(entries, applied);
    };
    for (const name of partitionNames(layout))
      this.#engines.set(name, new ScratchEngine({ ...parts, observe }, `${namespace}.${name}`, startMs));
    const global = this.#engine(GLOBAL_PARTITION);
    this.#routing = new Routing(layout, (event) => global.definitions.view.triggers.interested(event).length > 0);
  }

  async prepare(): Promise<void> {
    await this.#each((engine) => engine.prepare());
  }

  /** Goes on with the state that stands in its namespaces; in place of `prepare`. @param automations that stand there */
  async resume(automations: readonly Automation[]): Promise<void> {
    await this.#each((engine) => engine.resume());
    for (const automation of automations)
      this.#homes.set(automation.id, { names: this.#homesOf(automation), automation });
    this.#advance();
  }

  moveTo(atMs: number): void {
    this.#nowMs = Math.max(atMs, Number.parseInt(this.#last, 10));
    for (const engine of this.#engines.values()) engine.moveTo(this.#nowMs);
  }

  async send(document: unknown): Promise<string | null> {
    const id = nextId(this.#last, this.#nowMs);
    let sealed: ReturnType<typeof sealEvent>;
    try {
      sealed = sealEvent(document, () => `entry-${id}`, this.#nowMs, { anyId: true });
    } catch (error) {
      if (error instanceof InvalidDocument) return error.message;
      throw error;
    }
    const entry = { id, fields: ['data', sealed.data] };
    const targets = this.#routing.targetsOf(entry, 'front');
    await this.#each((engine, name) => (targets.includes(name) ? engine.replay([entry]) : engine.tick()));
    this.#last = id;
    this.#event = sealed.event.id;
    return null;
  }

  async tick(): Promise<void> {
    await this.#each((engine) => engine.tick());
  }

  async put(wanted: Automation): Promise<void> {
    const old = this.#homes.get(wanted.id);
    const automation = inModeOf(old?.automation ?? null, wanted);
    const [homes, before] = [this.#homesOf(automation), old?.names ?? []];
    this.#homes.set(automation.id, { names: homes, automation });
    await this.#each(async (engine, name) => {
      if (homes.includes(name)) await engine.put(automation);
      else if (before.includes(name)) await engine.delete(automation.id);
      else await engine.tick();
    });
  }

  #homesOf({ trigger }: Automation): readonly string[] {
    if (!isSpread(trigger, this.#layout.by)) return [GLOBAL_PARTITION];
    return partitionNames(this.#layout).filter((name) => name !== GLOBAL_PARTITION);
  }

  async delete(id: string): Promise<void> {
    const homes = this.#homes.get(id)?.names ?? [];
    this.#homes.delete(id);
    if (homes.length > 0)
      await this.#each((engine, name) => (homes.includes(name) ? engine.delete(id) : engine.tick()));
  }

  async clear(key: KeyName): Promise<void> {
    await this.#decide(key, (engine) => engine.clear(key));
  }

  async resolve(key: KeyName): Promise<void> {
    await this.#decide(key, (engine) => engine.resolve(key));
  }

  /** Where the key is not, there is nothing to decide. */
  async #decide({ automation }: KeyName, act: (engine: ScratchEngine) => Promise<void>): Promise<void> {
    const homes = this.#homes.get(automation)?.names ?? [];
    if (homes.length > 0) await this.#each((engine, name) => (homes.includes(name) ? act(engine) : engine.tick()));
  }

  /** @returns what fired since the last call, in the order of an engine without partitions */
  async drain(): Promise<Firing[]> {
    const fired = new Map<string, Firing[]>();
    await this.#each(async (engine, name) => fired.set(name, await engine.drain()));
    const global = fired.get(GLOBAL_PARTITION) ?? [];
    fired.set(GLOBAL_PARTITION, global);
    const spread = [...fired].filter(([name]) => name !== GLOBAL_PARTITION).map(([, firings]) => firings);
    await this.#forward(mergedFirings(spread, this.#event).flatMap(({ id, shadow }) => (shadow ? [] : id)));
    global.push(...(await this.#engine(GLOBAL_PARTITION).drain()));
    this.#advance();
    const event = this.#event;
    this.#event = null;
    this.#own.clear();
    return mergedFirings([...fired.values()], event);
  }

  /** Brings state-change events of firings to the global partition, where they are wanted there: what they bring stands behind all of them. */
  async #forward(firings: readonly string[]): Promise<void> {
    const wanted = firings.flatMap((firing) => {
      const own = this.#own.get(firing);
      return own === undefined || this.#routing.targetsOf(own, 'partition').length === 0 ? [] : own;
    });
    if (wanted.length === 0) return;
    this.#advance();
    const entries = wanted.map((own) => {
      this.#last = nextId(this.#last, this.#nowMs);
      return { ...own, id: this.#last };
    });
    await this.#engine(GLOBAL_PARTITION).replay(
      entries,
      entries.map(({ id }) => id),
    );
  }

  #advance(): void {
    for (const { applied } of this.#engines.values()) if (isAfter(applied, this.#last)) this.#last = applied;
  }

  #engine(name: string): ScratchEngine {
    const engine = this.#engines.get(name);
    if (!engine) throw new Error(`no partition ${name}`);
    return engine;
  }

  async #each(work: (engine: ScratchEngine, name: string) => Promise<unknown>): Promise<void> {
    await Promise.all([...this.#engines].map(([name, engine]) => work(engine, name)));
  }
}
