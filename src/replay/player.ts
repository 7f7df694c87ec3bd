import type { Redis } from 'ioredis';
import { chunkOf } from '../apply/chunk.ts';
import { type DefinitionsView, LoadedDefinitions } from '../apply/loaded-definitions.ts';
import type { SetAsideCause } from '../apply/poison.ts';
import { InvalidDocument, NotFound, UnexpectedAnswer } from '../errors.ts';
import type { Automation } from '../model/automation.ts';
import type { Labels } from '../model/event.ts';
import { type Entry, msOf, ownFormOf, timeOf } from '../model/intake.ts';
import { DEFAULT_NAMESPACE_SETTINGS } from '../model/namespace-settings.ts';
import type { KeyChange } from '../redis/change.ts';
import { deleteDefinition, listenToAll, putDefinition } from '../redis/definitions.ts';
import { clearKeyOf, resolveAlertOf } from '../redis/key-changes.ts';
import type { FiringEntry } from '../redis/ledger.ts';
import { idBehind, isAfter } from '../redis/log.ts';
import type { Agreed, Stood } from '../redis/past.ts';
import {
  anybodyListens,
  appendAll,
  type CallOutcome,
  fieldsThere,
  openSources,
  outcomeBehind,
  setGeneration,
  takeBack,
  tidy,
} from '../redis/scratch-log.ts';
import { apply } from '../redis/steps/apply.ts';
import { putSettings } from '../redis/steps/put-settings.ts';
import { settle } from '../redis/steps/settle.ts';
import { type Store, storeOf } from '../redis/store.ts';
import type { Chunk } from '../redis/wire.ts';
import type { Past } from './past.ts';

/** Where an engine may replay: a Redis, and a namespace that is empty and nobody else's. `origin`: the partition whose log it is; none for none. */
export type ScratchPlace = Readonly<{ redis: Redis; namespace: string; origin?: string }>;

/** The place of an engine that nobody else uses. */
export function placeOf({
  redis,
  store,
}: Readonly<{ redis: Redis; store: Readonly<{ namespace: string }> }>): ScratchPlace {
  return { redis, namespace: store.namespace };
}

/** What one call has come to: its entries with the words of each, and what fired by it. */
export type Played = Readonly<{
  chunk: Chunk;
  entries: readonly Entry[];
  words: readonly string[];
  clock: CallOutcome['clock'];
}>;

/** What a player tells, in order. */
export type Heard = Readonly<{
  played?: (played: Played) => void;
  /** What fired, by the fields of the ledger, and the entry up to which was applied then. */
  fired: (firings: readonly FiringEntry[], position: string) => void;
  /** Entries that this engine would have appended. */
  appended: (entries: readonly Entry[]) => void;
}>;

/** Deadlines settled by one call: nobody else waits for the server. */
const SETTLE_LIMIT = 5_000;

/** Calls after which is removed what a janitor would. */
const TIDY_AFTER = 100;

const NOTHING_KNOWN: Pick<Past, 'givenUp' | 'erased'> = { givenUp: new Map(), erased: new Map() };

const NOTHING_SET_ASIDE: ReadonlyMap<string, SetAsideCause> = new Map();

/**
 * The engine of production, fed with the entries of a log under their own ids and times. What it appends is taken back and told:
 * whether that stands in the log, or is fed next, is for the caller to say.
 */
export class Player {
  readonly redis: Redis;
  readonly store: Store;
  readonly #definitions: LoadedDefinitions;
  readonly #heard: Heard;
  readonly #setAside: ReadonlyMap<string, SetAsideCause>;
  readonly #forged: ReadonlySet<string>;
  readonly #erased: Past['erased'];
  #nowMs = 0;
  #last = '0-0';
  #noted = '0-0';
  #calls = 0;
  #wakeMs: number | null = null;
  /** The call that is under way, while the next chunk is matched. */
  #underWay: Promise<void> = Promise.resolve();

  /**
   * @param known of the log: entries that were rejected for what cannot be seen in them, null: one that claimed in vain to be the engine's;
   * and those that were erased, which nothing meets
   */
  constructor(
    { redis, namespace, origin = '' }: ScratchPlace,
    heard: Heard,
    { givenUp, erased }: Pick<Past, 'givenUp' | 'erased'> = NOTHING_KNOWN,
  ) {
    this.redis = redis;
    // Decisions have the time that they had; ids only rise.
    const virtualNow = (): string => `${this.#nowMs} ${Math.max(this.#nowMs, msOf(this.#last))}`;
    this.store = Object.freeze({ ...storeOf(namespace), virtualNow, origin });
    this.#definitions = new LoadedDefinitions(redis, this.store, new Set(DEFAULT_NAMESPACE_SETTINGS.ignored));
    this.#heard = heard;
    const causes = [...givenUp].flatMap(([id, cause]) => (cause === null ? [] : [[id, cause] as const]));
    this.#setAside = causes.length > 0 ? new Map(causes) : NOTHING_SET_ASIDE;
    this.#erased = erased;
    this.#forged = new Set([...givenUp].flatMap(([id, cause]) => (cause === null ? [id] : [])));
  }

  /** The id of the entry that was fed last. */
  get last(): string {
    return this.#last;
  }

  /** When there is something to settle next, in ms. */
  get wakeMs(): number | null {
    return this.#wakeMs;
  }

  /** What matches: ids of the engine's form are refused as in production. */
  get view(): DefinitionsView {
    return { ...this.#definitions.view, anyId: false };
  }

  /** Feeds entries whose ids rise. It is heard of them when the next are fed, or at `rest`. */
  async feed(entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return;
    const chunk = chunkOf(entries, this.view, this.#setAside);
    if (this.#erased.size > 0)
      for (const entry of chunk.entries) if ('matches' in entry && this.#erased.has(entry.entry)) entry.matches = [];
    await this.#underWay;
    this.#underWay = this.#call(chunk, entries);
    // Its error is seen by the next call, which waits for it.
    this.#underWay.catch(() => undefined);
  }

  /** All that was fed is applied. */
  async rest(): Promise<void> {
    await this.#underWay;
  }

  /** Puts automations before anything is fed, each with its revision, the lowest first. */
  async begin(automations: readonly (readonly [Automation, revision: number])[], atMs: number): Promise<void> {
    this.#nowMs = atMs;
    for (const [automation, revision] of automations) {
      await setGeneration(this.redis, this.store, revision - 1);
      await putDefinition(this.redis, this.store, automation, { always: true });
    }
    await this.#definitions.refresh();
  }

  /** Puts an automation behind what was fed, at a time; it gets this revision. */
  async put(automation: Automation, revision: number, atMs: number): Promise<void> {
    await this.#change(atMs, revision, () => putDefinition(this.redis, this.store, automation, { always: true }));
  }

  async delete(id: string, generation: number, atMs: number): Promise<void> {
    await this.#change(atMs, generation, () => deleteDefinition(this.redis, this.store, id));
  }

  /** Has settings or quotas stand as these fields say. */
  async agree(of: Agreed, stood: Stood, generation: number, atMs: number): Promise<void> {
    await this.#change(atMs, generation, async () => {
      const there = await fieldsThere(this.redis, this.store, of);
      const reset = there.filter((field) => stood[field] === undefined);
      const change = { generation: String(generation - 1), of, set: Object.entries(stood), reset };
      while ((await putSettings(this.redis, this.store, change, SETTLE_LIMIT)).word === 'more-due');
    });
  }

  /** What people decided of a key; where it is none of the automation's keys there is nothing to decide. */
  async decide(
    kind: KeyChange['kind'],
    { id, labels }: Readonly<{ id: string; labels: Labels }>,
    generation: number,
    atMs: number,
  ): Promise<void> {
    const act = kind === 'clear' ? clearKeyOf : resolveAlertOf;
    await this.#change(atMs, generation, async () => {
      try {
        await act(this.redis, this.store, { automation: id, labels });
      } catch (error) {
        if (!(error instanceof NotFound || error instanceof InvalidDocument)) throw error;
      }
    });
  }

  async #change(atMs: number, generation: number, change: () => Promise<unknown>): Promise<void> {
    await this.rest();
    await setGeneration(this.redis, this.store, generation - 1);
    this.#nowMs = atMs;
    await change();
    await this.#definitions.refresh();
    await this.#hear(null, await outcomeBehind(this.redis, this.store, this.#last, this.#noted));
  }

  /** Settles what is due at a time. */
  async settle(atMs: number): Promise<void> {
    await this.rest();
    this.#nowMs = atMs;
    for (;;) {
      const { word, wakeMs } = await settle(this.redis, this.store, SETTLE_LIMIT);
      this.#wakeMs = wakeMs;
      if (word === 'settled') break;
    }
    await this.#hear(null, await outcomeBehind(this.redis, this.store, this.#last, this.#noted));
  }

  /** Has every firing leave its state-change event, as where others take it over; before anything is fed. */
  async tellAll(): Promise<void> {
    await listenToAll(this.redis, this.store);
  }

  /** Names sources of the log that were opened before it begins, and up to when they had told of it (ms). */
  async fedBy(sources: readonly string[], ms: number): Promise<void> {
    if (sources.length > 0) await openSources(this.redis, this.store, sources, ms);
  }

  /** Whether any automation wants state-change events. */
  async listens(): Promise<boolean> {
    return await anybodyListens(this.redis, this.store);
  }

  async #call(chunk: Chunk, entries: readonly Entry[]): Promise<void> {
    const { redis, store } = this;
    const last = entries.at(-1);
    if (last === undefined) return;
    this.#last = last.id;
    this.#nowMs = timeOf(last) ?? msOf(last.id);
    const own = entries.filter(({ id, fields }) => ownFormOf(fields) !== null && !this.#forged.has(id));
    // Scripts look at the last entry of a chunk, and at those that say that the engine wrote them: the others need not stand there.
    const seen = entries.filter((entry) => entry === last || ownFormOf(entry.fields) !== null);
    const added = appendAll(
      redis,
      store,
      seen,
      own.map(({ id }) => id),
    );
    const applying = this.#applied(chunk);
    // Sent at once as well: most of the time one call does it.
    const outcome = this.#calls > 0 ? outcomeBehind(redis, store, this.#last, this.#noted) : null;
    const [{ words, answers }, soon] = await Promise.all([applying, outcome, added]);
    const done = soon !== null && answers === 1 ? soon : await outcomeBehind(redis, store, this.#last, this.#noted);
    await this.#hear({ chunk, entries, words }, done);
    this.#calls += 1;
    if (this.#calls % TIDY_AFTER === 0) await tidy(redis, store, this.#last, this.#noted);
  }

  /** Calls until the whole chunk is applied. @returns the words of each entry */
  async #applied(chunk: Chunk): Promise<{ words: string[]; answers: number }> {
    const words: string[] = [];
    for (let answers = 1; ; answers += 1) {
      const answer = await apply(this.redis, this.store, chunk, SETTLE_LIMIT);
      words.push(...answer.words);
      this.#wakeMs = answer.wakeMs;
      if (answer.word === 'applied') return { words, answers };
      if (answer.word !== 'more-due') throw new UnexpectedAnswer('apply', `${answer.word} ${answer.error}`.trimEnd());
    }
  }

  async #hear(played: Omit<Played, 'clock'> | null, { appended, firings, clock }: CallOutcome): Promise<void> {
    if (played !== null) this.#heard.played?.({ ...played, clock });
    const newest = firings.at(-1);
    if (newest !== undefined) {
      this.#noted = newest[0];
      this.#heard.fired(firings, this.#last);
    }
    if (appended.length === 0) return;
    await takeBack(this.redis, this.store, this.#last, appended);
    this.#heard.appended(appended);
  }

  /** The first id that an entry behind the last one can have, at a time or later. */
  nextId(atMs = 0): string {
    return atMs > msOf(this.#last) ? `${atMs}-0` : idBehind(this.#last);
  }

  /** An entry under its id, or where that is taken under the next one. */
  placed(entry: Entry): Entry {
    return placedBehind(this.#last, entry);
  }
}

/** An entry under its id, or where that is not behind `last` under the next one: it stays what it was (rules 4, straightening). */
export function placedBehind(last: string, entry: Entry): Entry {
  if (isAfter(entry.id, last)) return entry;
  const { id, fields } = entry;
  return { id: idBehind(last), fields: fields[0] === 'straightened' ? fields : ['straightened', id, ...fields] };
}
