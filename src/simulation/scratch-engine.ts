import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Applier, type Observer } from '../apply/applier.ts';
import { Batch, CHUNK_SIZE } from '../apply/batch.ts';
import { LoadedDefinitions } from '../apply/loaded-definitions.ts';
import { Matcher } from '../apply/matcher.ts';
import { ManualClock } from '../clock.ts';
import { InvalidDocument } from '../errors.ts';
import { type Automation, isShadow } from '../model/automation.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import { type Entry, sealEvent } from '../model/intake.ts';
import { deleteDefinition, findDefinition, listenToAll, putDefinition } from '../redis/definitions.ts';
import { requireFormat } from '../redis/format.ts';
import { clearKeyOf, type KeyName, resolveAlertOf } from '../redis/key-changes.ts';
import { endOfLedger, ledgerBehind } from '../redis/ledger.ts';
import { readBehind, readPosition } from '../redis/log.ts';
import { appendAll } from '../redis/scratch-log.ts';
import { settle } from '../redis/steps/settle.ts';
import { type Store, storeOf } from '../redis/store.ts';

/** Times with a deadline that are met on the way to another time: some seconds of work, and more than anybody means. */
export const DEADLINES_LIMIT = 10_000;

/** Redis to run on, and what the engine is to be made of; several engines may share one connection at a time. */
export type ScratchParts = Readonly<{
  redis: Redis;
  logger: Logger;
  /** Names of events that are not applied. */
  ignored: ReadonlySet<string>;
  /** Most entries applied by one script call. */
  chunkSize?: number;
  /** Aborted: a scenario ends with an error at its next step. */
  signal?: AbortSignal;
  /** Gets the entries of each call with the words that they were decided by (rules 13). */
  observe?: Observer;
}>;

/**
 * The engine of production in virtual time, in a namespace of its own where nothing else writes: so it knows the end of the log without
 * asking. Nobody takes its firings, so there are no jobs. Scratch (scratch.ts) removes the namespace.
 */
export class ScratchEngine {
  readonly redis: Redis;
  readonly store: Store;
  readonly definitions: LoadedDefinitions;
  readonly #clock: ManualClock;
  readonly #applier: Applier;
  readonly #chunkSize: number;
  readonly #signal = new AbortController().signal;
  /** Whether each firing leaves an entry in the log. */
  #tellsAll = true;
  #hasShadows = false;
  /** Stream ids of the last applied entry, the last entry that has one, and the last firing that was read. */
  #applied = '0-0';
  #newest = '0-0';
  #noted = '0-0';
  /** When the next deadline is, null for none; undefined where something was changed since that was asked. */
  #wakeMs: number | null | undefined;
  /** Whether followers may wait for their leaders; once it is true it stays so. */
  #hasFollowers = false;
  /** Whether anything was done since the firings were last read. */
  #acted = true;

  /** @param namespace must be empty */
  constructor(parts: ScratchParts, namespace: string, startMs: number) {
    const { redis, logger, chunkSize = CHUNK_SIZE, observe } = parts;
    this.redis = redis;
    this.#chunkSize = chunkSize;
    this.#clock = new ManualClock(startMs);
    this.store = storeOf(namespace, () => this.#clock.virtualNowMs());
    this.definitions = new LoadedDefinitions(redis, this.store, parts.ignored);
    const base = { redis, store: this.store, clock: this.#clock };
    const matcher = new Matcher(this.definitions, this.#clock, chunkSize);
    this.#applier = new Applier({
      ...base,
      matcher,
      logger,
      alone: true,
      observe: (entries, applied) => {
        this.#hasFollowers ||= applied.words.some((word) => word.endsWith('parked'));
        // Only settling tells when a follower goes on without its leader.
        this.#wakeMs = this.#hasFollowers ? undefined : applied.wakeMs;
        observe?.(entries, applied);
      },
    });
  }

  /**
   * Must be called first.
   * @param tellsAll whether every state-change event stands in the log, also when no automation wants it, as scenarios have it; false: as
   * in production
   */
  async prepare({ tellsAll = true }: { tellsAll?: boolean } = {}): Promise<void> {
    await requireFormat(this.redis, this.store);
    this.#tellsAll = tellsAll;
    if (tellsAll) await listenToAll(this.redis, this.store);
  }

  /** Goes on with the state that stands in its namespace; in place of `prepare`. */
  async resume(): Promise<void> {
    if (this.#tellsAll) await listenToAll(this.redis, this.store);
    await this.definitions.refresh();
    this.#applied = await readPosition(this.redis, this.store);
    this.#newest = this.#applied;
    this.#noted = await endOfLedger(this.redis, this.store);
    this.#hasShadows = true;
    this.#hasFollowers = true;
  }

  /** Stream id of the last applied entry. */
  get applied(): string {
    return this.#applied;
  }

  /** Virtual time, in ms since 1970. */
  get nowMs(): number {
    return this.#clock.nowMs();
  }

  /** Time may go back a little, as it may on a server, but not before what stands in the log. Nothing is decided until `tick`. */
  moveTo(atMs: number): void {
    this.#clock.moveTo(Math.max(atMs, Number.parseInt(this.#applied, 10)));
  }

  /**
   * Moves time forward as it passes in production: each deadline up to `toMs` is decided at its own time, and what the engine appends by it
   * is applied before the next one.
   * @returns what fired, in order; null when more than `most` times had to be met on the way, and time stands where that was seen
   */
  async advance(toMs: number, most = DEADLINES_LIMIT): Promise<Firing[] | null> {
    const fired: Firing[] = [];
    let wakes = 0;
    for (;;) {
      if (this.#isDue && (await this.#settle())) {
        fired.push(...(await this.drain()));
        continue;
      }
      if (this.nowMs >= toMs) return fired;
      if (wakes === most) return null;
      wakes += 1;
      this.moveTo(Math.min(toMs, Math.max(this.#wakeMs ?? toMs, this.nowMs + 1)));
    }
  }

  /** As `add`. @returns why it was refused at the door, or null */
  async send(document: unknown): Promise<string | null> {
    try {
      await this.add(document);
      return null;
    } catch (error) {
      if (error instanceof InvalidDocument) return error.message;
      throw error;
    }
  }

  /**
   * Appends an event, which may have any id, and applies it; without one it gets `entry-` and its stream id.
   * @returns its id
   * @throws InvalidDocument
   */
  async add(document: unknown): Promise<string> {
    const { entry, eventId } = this.seal(document);
    await this.replay([entry]);
    return eventId;
  }

  /** What an event becomes that is sent at the present time: an entry for `replay`, also together with those sealed before it. @throws InvalidDocument */
  seal(document: unknown): { entry: Entry; eventId: string } {
    const received = this.#clock.nowMs();
    const id = nextId(this.#newest, received);
    const { data, event } = sealEvent(document, () => `entry-${id}`, received, { anyId: true });
    this.#newest = id;
    return { entry: { id, fields: ['data', data] }, eventId: event.id };
  }

  /**
   * Appends entries of a log under their ids, which rise, and applies them; time must have been moved to the last of them.
   * @param own ids of those that the engine wrote itself
   */
  async replay(entries: readonly Entry[], own: readonly string[] = []): Promise<void> {
    this.#act();
    // All is sent at once: commands of one connection are answered in order.
    await Promise.all([appendAll(this.redis, this.store, entries, own), this.#apply(entries)]);
  }

  /** Puts an automation; one that means the same is a change as well, before which what is due is settled. @returns its revision */
  async put(automation: Automation): Promise<number> {
    this.#act();
    this.#hasShadows ||= isShadow(automation);
    const revision = await putDefinition(this.redis, this.store, automation, { always: true });
    await this.definitions.refresh();
    return revision;
  }

  /** Deletes an automation, if there is one. */
  async delete(id: string): Promise<void> {
    this.#act();
    const known = await findDefinition(this.redis, this.store, id);
    if (known !== null) await deleteDefinition(this.redis, this.store, id);
    await this.definitions.refresh();
  }

  /** Forgets all of a key, if its automation is there. @throws InvalidDocument */
  async clear(key: KeyName): Promise<void> {
    if (await this.#has(key)) await clearKeyOf(this.redis, this.store, key);
  }

  /** Ends the alert of a key, if there is one. @throws InvalidDocument */
  async resolve(key: KeyName): Promise<void> {
    if (await this.#has(key)) await resolveAlertOf(this.redis, this.store, key);
  }

  async #has({ automation }: KeyName): Promise<boolean> {
    this.#act();
    return (await findDefinition(this.redis, this.store, automation)) !== null;
  }

  /** Decides the deadlines that have passed, as happens all the time in production; where none has, Redis is not asked. */
  async tick(): Promise<void> {
    if (this.#isDue) await this.#settle();
  }

  /** Applies what the engine itself appended, until nothing is left. @returns what fired since the last call, in order */
  async drain(): Promise<Firing[]> {
    if (!this.#acted) return [];
    this.#acted = false;
    for (let appended = false; ; appended = true) {
      // Where every firing appends something, what appended nothing fired nothing: only what comes out in shadow appends nothing.
      const mayFire = appended || !this.#tellsAll || this.#hasShadows;
      const [waiting, found] = await Promise.all([
        readBehind(this.redis, this.store, this.#applied, this.#chunkSize),
        mayFire ? ledgerBehind(this.redis, this.store, this.#noted) : [],
      ]);
      if (waiting.length === 0) {
        this.#noted = found.at(-1)?.[0] ?? this.#noted;
        return found.map(([, fields]) => parseFiring(fields));
      }
      await this.#apply(waiting);
    }
  }

  /** Whether a deadline may have passed. */
  get #isDue(): boolean {
    return this.#wakeMs === undefined || (this.#wakeMs !== null && this.#wakeMs <= this.nowMs);
  }

  /** Something was done: what is due next, and what fired by it, is not known. */
  #act(): void {
    this.#wakeMs = undefined;
    this.#acted = true;
  }

  /** @returns whether something was decided that appends entries */
  async #settle(): Promise<boolean> {
    this.#acted = true;
    let acted = false;
    for (;;) {
      const { word, wakeMs, fired, released } = await settle(this.redis, this.store);
      acted ||= fired + released > 0;
      this.#wakeMs = wakeMs;
      if (word === 'settled') return acted;
    }
  }

  async #apply(entries: readonly Entry[]): Promise<void> {
    this.#applied = entries.at(-1)?.id ?? this.#applied;
    this.#newest = this.#applied;
    await this.#applier.apply(new Batch(entries), this.#signal);
  }
}

/** The stream id that Redis would give the next entry behind `last`. */
export function nextId(last: string, atMs: number): string {
  const [ms, sequence] = last.split('-').map(Number);
  return ms === atMs ? `${atMs}-${(sequence ?? 0) + 1}` : `${atMs}-0`;
}
