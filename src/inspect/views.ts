import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { Ambiguous, NotFound } from '../errors.ts';
import { compareText } from '../match/key.ts';
import type { Automation } from '../model/automation.ts';
import type { GateMark } from '../model/gate-mark.ts';
import type { NamespaceSettings } from '../model/namespace-settings.ts';
import type { PartitionLayout } from '../model/partition.ts';
import { type Attendance, attendanceOf } from '../redis/attendance.ts';
import type { Connections } from '../redis/connection.ts';
import { whereErrorsOf } from '../redis/counters.ts';
import {
  allDefinitions,
  currentGeneration,
  definitionNames,
  documentsAt,
  findDefinition,
} from '../redis/definitions.ts';
import { FormatGuard } from '../redis/format.ts';
import { announcedBefore, announcedIn } from '../redis/handlers.ts';
import { outcomesOf } from '../redis/outcomes.ts';
import { layoutThere } from '../redis/partitions.ts';
import { serverTimeMs } from '../redis/server.ts';
import { readSettings } from '../redis/settings.ts';
import type { Store } from '../redis/store.ts';
import { storedAutomation } from '../redis/stored.ts';
import { naming } from '../redis/wrong-types.ts';
import { statusOf } from './convergence.ts';
import { type DeadLetter, findDeadLetter, lastDeadLetters } from './dead-letters.ts';
import { type Dropped, droppedBy, type Replacement } from './dropped.ts';
import {
  type FoundFirings,
  followLedger,
  type LedgerPages,
  type LedgerQuery,
  lastFirings,
  type Recorded,
} from './firings.ts';
import { endsOf, findIn, followAllLedgers, pagesOf, queryIn } from './ledgers.ts';
import {
  mergedAttendance,
  mergedDrops,
  mergedFirings,
  mergedLetters,
  mergedParked,
  mergedQuotas,
  mergedWindows,
} from './merged.ts';
import { type FoundParked, parkedEvents } from './parked.ts';
import { askEach, idIn, type Part, type PartAnswer, partOfId, partsOf } from './parts.ts';
import { type QuotaUse, readQuotas } from './quota.ts';
import { PartReasons, Reasons } from './reasons.ts';
import type { Status } from './status.ts';
import { type FoundWindows, openWindows, type WindowQuery } from './windows.ts';

/** How many of a list are given where nobody says. */
const DEFAULT_LIMIT = 100;

export type ViewsParts = Readonly<{ connections: Connections; store: Store; clock: Clock; logger: Logger }>;

/** The half of an engine that only looks: what stands in its namespace. Everything here throws WrongFormat for state of another version. */
export class Views {
  readonly store: Store;
  readonly connections: Connections;
  protected readonly clock: Clock;
  protected readonly logger: Logger;
  protected readonly format: FormatGuard;

  constructor({ connections, store, clock, logger }: ViewsParts) {
    this.store = store;
    this.connections = connections;
    this.clock = clock;
    this.logger = logger;
    this.format = new FormatGuard(connections.redis, store);
  }

  /** All automations, ordered by name. */
  async list(): Promise<Automation[]> {
    const automations = await allDefinitions(await this.look(), this.store);
    return automations.sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
  }

  /**
   * The automation with that id, else the only one with that name.
   * @throws NotFound, Ambiguous
   */
  async get(idOrName: string): Promise<Automation> {
    const redis = await this.look();
    const byId = await findDefinition(redis, this.store, idOrName);
    if (byId !== null) return byId;
    const named = (await allDefinitions(redis, this.store)).filter(({ name }) => name === idOrName);
    const [found, another] = named;
    if (!found) throw new NotFound(idOrName);
    const ids = named.map(({ id }) => id).sort(compareText);
    if (another) throw new Ambiguous(idOrName, ids);
    return found;
  }

  /** How the namespace is divided; null without partitions. */
  async partitions(): Promise<PartitionLayout | null> {
    return await this.format.toRead();
  }

  /** How the engine is: how far it is, what waits, who works. */
  async status(): Promise<Status> {
    return await naming(this.connections.redis, this.store, async () =>
      statusOf(this.connections, this.store, await this.parts()),
    );
  }

  /** Whether a worker is alive that applies what is sent here. */
  async attendance(): Promise<Attendance> {
    const front = await attendanceOf(this.connections.redis, this.store);
    // A producer may see the log alone. Where workers are, or where nothing but a log is, nothing more has to be asked.
    if (front !== 'never') return front;
    const layout = await layoutThere(this.connections.redis, this.store);
    if (layout === null) return front;
    return mergedAttendance(await askEach(this.connections.redis, partsOf(this.store, layout), attendanceOf));
  }

  /** Open windows, the soonest to be looked at first, and how many there are in all. */
  async windows({ limit = DEFAULT_LIMIT, automation }: Partial<WindowQuery> = {}): Promise<FoundWindows> {
    const query = { limit, ...(automation === undefined ? {} : { automation }) };
    return mergedWindows(await this.each((redis, store) => openWindows(redis, store, query)), limit);
  }

  /** Events that wait for the one they follow, those that have waited longest first, and how many there are in all. */
  async parked({ limit = DEFAULT_LIMIT }: { limit?: number } = {}): Promise<FoundParked> {
    return mergedParked(await this.each((redis, store) => parkedEvents(redis, store, limit)), limit);
  }

  /** Says why automations made nothing of events. @param only the id of the one automation that is asked about, else all */
  async reasons(only: string | null = null): Promise<Pick<Reasons, 'of'>> {
    const [redis, parts] = [await this.look(), await this.parts()];
    const { log } = this.connections;
    return new PartReasons(new Map(parts.map(({ name, store }) => [name, new Reasons(redis, store, only, log)])));
  }

  /** How many open windows and alerts each of these changes would drop if it was made now: a change of a trigger begins anew (rules 13). */
  async drops(changes: readonly Replacement[]): Promise<Dropped[]> {
    const { log } = this.connections;
    return mergedDrops(await this.each((redis, store) => droppedBy({ redis, log }, store, changes)));
  }

  /** What fired, the newest ones, oldest first. */
  async firings({ limit = DEFAULT_LIMIT, ...query }: Partial<LedgerQuery> = {}): Promise<FoundFirings> {
    const [redis, parts] = [await this.look(), await this.parts()];
    const ask = async ({ name, store }: Part): Promise<PartAnswer<FoundFirings>> => ({
      part: name,
      found: await lastFirings(redis, store, queryIn(name, { limit, ...query })),
    });
    return mergedFirings(await Promise.all(parts.map(ask)), limit);
  }

  /**
   * The same however many they are, page by page; one page is held at a time.
   * @param end the last entry of the ledger that is wanted; without, the one that is the last now
   */
  async *firingPages(query: LedgerPages = {}, end?: string): AsyncGenerator<Recorded[]> {
    const redis = await this.look();
    yield* pagesOf(redis, await this.parts(), query, end ?? (await this.endOfLedger()));
  }

  /** One firing, by its id or the first characters of it, the id of one of its jobs, or its entry in the ledger; else null. */
  async firing(name: string): Promise<Recorded | null> {
    return await findIn(await this.look(), await this.parts(), name);
  }

  /** What of a firing's actions was kept back and why, in the order in which that happened; nothing of one that went out at once. */
  async outcome({ entry, firing: { id } }: Recorded): Promise<GateMark[]> {
    const redis = await this.look();
    const [marks = []] = await outcomesOf(redis, (await this.part(partOfId(entry).part)).store, [id]);
    return marks;
  }

  /** The automation as it was when it fired; null when that revision is not kept any more. */
  async automationOf({ entry, firing: { automation, revision } }: Recorded): Promise<Automation | null> {
    const redis = await this.look();
    const { store } = await this.part(partOfId(entry).part);
    const [document] = await documentsAt(redis, store, [{ automation, revision }]);
    const key = store.prefixes.automation + automation;
    return typeof document === 'string' ? storedAutomation(document, key, String(revision)) : null;
  }

  /** Tells which types of an automation's actions were announced before a firing of it was decided (ms): their jobs are deliveries. */
  async announced(automation: Automation, decided: number): Promise<(type: string) => boolean> {
    return announcedBefore(await announcedIn(await this.look(), this.store, [automation]), decided);
  }

  /** Where the ledger ends now: the id of its last entry. */
  async endOfLedger(): Promise<string> {
    return await endsOf(await this.look(), await this.parts());
  }

  /** Firings behind an entry of the ledger as they come, until `signal` is aborted. While Redis is away it waits. */
  async *followFirings(after: string, signal: AbortSignal): AsyncGenerator<Recorded[]> {
    const [redis, parts] = [await this.look(), await this.parts()];
    const { clock } = this;
    if (parts[0]?.name !== '') yield* followAllLedgers({ redis, clock }, parts, after, signal);
    else yield* followLedger(clock, this.connections.blocking('ledger'), this.store, after, signal);
  }

  /** What was given up, the newest ones, oldest first. @param query how many, or `limit` */
  async deadLetters(query: number | { limit?: number } = {}): Promise<DeadLetter[]> {
    const limit = typeof query === 'number' ? query : (query.limit ?? DEFAULT_LIMIT);
    const ask = (redis: Redis, store: Store): Promise<DeadLetter[]> => lastDeadLetters(redis, store, limit);
    return mergedLetters(await askEach(await this.look(), await this.letterParts(), ask), limit);
  }

  /** One dead letter, or null. */
  async deadLetter(id: string): Promise<DeadLetter | null> {
    const redis = await this.look();
    const named = partOfId(id);
    const part = (await this.letterParts()).find(({ name }) => name === named.part);
    if (!part) throw new NotFound(`partition ${named.part}`);
    const letter = await findDeadLetter(redis, part.store, named.id);
    return letter && { ...letter, id: idIn(named.part, letter.id) };
  }

  /** The caps on keys with state (open windows, alerts, child firings), and how many there are. */
  async quotas(): Promise<QuotaUse> {
    return mergedQuotas(await this.each(readQuotas));
  }

  /** About how many applied events a condition of that automation could not be answered: a key was missing, types did not fit. */
  async whereErrors(automation: string): Promise<number> {
    const answers = await this.each((redis, store) => whereErrorsOf(redis, store, automation));
    return answers.reduce((all, { found }) => all + found, 0);
  }

  /** What all workers of the namespace follow: how long is remembered and waited, and which names are ignored. */
  async namespaceSettings(): Promise<NamespaceSettings> {
    return await readSettings(await this.look(), this.store);
  }

  /** Names of automations by their ids; those that are gone are not in it. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return await definitionNames(await this.look(), this.store, ids);
  }

  /** How many changes of automations there were, as text: what was learnt of them holds as long as it stays. */
  async generation(): Promise<string> {
    return await currentGeneration(await this.look(), this.store);
  }

  /** What time it is for the engine, in ms: that of Redis. */
  async serverTimeMs(): Promise<number> {
    return await serverTimeMs(this.connections.redis);
  }

  /** The engines that the namespace is made of. @throws WrongFormat */
  protected async parts(): Promise<readonly Part[]> {
    return partsOf(this.store, await this.format.toRead());
  }

  /** Where dead letters are: beside the partitions the front log, which has those of its sources. */
  protected async letterParts(): Promise<readonly Part[]> {
    const parts = await this.parts();
    return parts[0]?.name === '' ? parts : [...parts, { name: '', store: this.store }];
  }

  /** One of them. @throws NotFound */
  protected async part(name: string): Promise<Part> {
    const found = (await this.parts()).find((part) => part.name === name);
    if (!found) throw new NotFound(name === '' ? 'a partition, as in 7/1795906202819-0' : `partition ${name}`);
    return found;
  }

  protected async each<T>(ask: (redis: Redis, store: Store) => Promise<T>): Promise<PartAnswer<T>[]> {
    return await askEach(await this.look(), await this.parts(), ask);
  }

  /** The connection, once the state is known to be in the form that this version reads. @throws WrongFormat */
  protected async look(): Promise<Redis> {
    await this.format.toRead();
    return this.connections.redis;
  }
}
