import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { Ambiguous, NotFound } from '../errors.ts';
import { compareText } from '../match/key.ts';
import type { Automation } from '../model/automation.ts';
import type { GateMark } from '../model/gate-mark.ts';
import type { NamespaceSettings } from '../model/namespace-settings.ts';
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
import { endOfLedger } from '../redis/ledger.ts';
import { outcomesOf } from '../redis/outcomes.ts';
import { serverTimeMs } from '../redis/server.ts';
import { readSettings } from '../redis/settings.ts';
import type { Store } from '../redis/store.ts';
import { storedAutomation } from '../redis/stored.ts';
import { naming } from '../redis/wrong-types.ts';
import { type DeadLetter, findDeadLetter, lastDeadLetters } from './dead-letters.ts';
import { type Dropped, droppedBy, type Replacement } from './dropped.ts';
import {
  type FoundFirings,
  findFiring,
  followLedger,
  type LedgerPages,
  type LedgerQuery,
  lastFirings,
  ledgerPages,
  type Recorded,
} from './firings.ts';
import { type FoundParked, parkedEvents } from './parked.ts';
import { type QuotaUse, readQuotas } from './quota.ts';
import { Reasons } from './reasons.ts';
import { readStatus, type Status } from './status.ts';
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

  /** How the engine is: how far it is, what waits, who works. */
  async status(): Promise<Status> {
    return await naming(this.connections.redis, this.store, async () => {
      await this.look();
      return await readStatus(this.connections.log, this.store);
    });
  }

  /** Whether a worker is alive that applies what is sent here. */
  async attendance(): Promise<Attendance> {
    return await attendanceOf(this.connections.redis, this.store);
  }

  /** Open windows, the soonest to be looked at first, and how many there are in all. */
  async windows({ limit = DEFAULT_LIMIT, automation }: Partial<WindowQuery> = {}): Promise<FoundWindows> {
    const query = { limit, ...(automation === undefined ? {} : { automation }) };
    return await openWindows(await this.look(), this.store, query);
  }

  /** Events that wait for the one they follow, those that have waited longest first, and how many there are in all. */
  async parked({ limit = DEFAULT_LIMIT }: { limit?: number } = {}): Promise<FoundParked> {
    return await parkedEvents(await this.look(), this.store, limit);
  }

  /** Says why automations made nothing of events. @param only the id of the one automation that is asked about, else all */
  async reasons(only: string | null = null): Promise<Reasons> {
    return new Reasons(await this.look(), this.store, only, this.connections.log);
  }

  /** How many open windows and alerts each of these changes would drop if it was made now: a change of a trigger begins anew (rules 13). */
  async drops(changes: readonly Replacement[]): Promise<Dropped[]> {
    return await droppedBy({ redis: await this.look(), log: this.connections.log }, this.store, changes);
  }

  /** What fired, the newest ones, oldest first. */
  async firings({ limit = DEFAULT_LIMIT, ...query }: Partial<LedgerQuery> = {}): Promise<FoundFirings> {
    return await lastFirings(await this.look(), this.store, { limit, ...query });
  }

  /**
   * The same however many they are, page by page; one page is held at a time.
   * @param end the last entry of the ledger that is wanted; without, the one that is the last now
   */
  async *firingPages(query: LedgerPages = {}, end?: string): AsyncGenerator<Recorded[]> {
    const redis = await this.look();
    yield* ledgerPages(redis, this.store, query, end ?? (await this.endOfLedger()));
  }

  /** One firing, by its id or the first characters of it, the id of one of its jobs, or its entry in the ledger; else null. */
  async firing(name: string): Promise<Recorded | null> {
    return await findFiring(await this.look(), this.store, name);
  }

  /** What of a firing's actions was kept back and why, in the order in which that happened; nothing of one that went out at once. */
  async outcome({ firing: { id } }: Recorded): Promise<GateMark[]> {
    const [marks = []] = await outcomesOf(await this.look(), this.store, [id]);
    return marks;
  }

  /** The automation as it was when it fired; null when that revision is not kept any more. */
  async automationOf({ firing: { automation, revision } }: Recorded): Promise<Automation | null> {
    const [document] = await documentsAt(await this.look(), this.store, [{ automation, revision }]);
    const key = this.store.prefixes.automation + automation;
    return typeof document === 'string' ? storedAutomation(document, key, String(revision)) : null;
  }

  /** Tells which types of an automation's actions were announced before a firing of it was decided (ms): their jobs are deliveries. */
  async announced(automation: Automation, decided: number): Promise<(type: string) => boolean> {
    return announcedBefore(await announcedIn(await this.look(), this.store, [automation]), decided);
  }

  /** Where the ledger ends now: the id of its last entry. */
  async endOfLedger(): Promise<string> {
    return await endOfLedger(await this.look(), this.store);
  }

  /** Firings behind an entry of the ledger as they come, until `signal` is aborted. While Redis is away it waits. */
  async *followFirings(after: string, signal: AbortSignal): AsyncGenerator<Recorded[]> {
    await this.look();
    yield* followLedger(this.clock, this.connections.blocking('ledger'), this.store, after, signal);
  }

  /** What was given up, the newest ones, oldest first. @param query how many, or `limit` */
  async deadLetters(query: number | { limit?: number } = {}): Promise<DeadLetter[]> {
    const limit = typeof query === 'number' ? query : (query.limit ?? DEFAULT_LIMIT);
    return await lastDeadLetters(await this.look(), this.store, limit);
  }

  /** One dead letter, or null. */
  async deadLetter(id: string): Promise<DeadLetter | null> {
    return await findDeadLetter(await this.look(), this.store, id);
  }

  /** The caps on keys with state (open windows, alerts, child firings), and how many there are. */
  async quotas(): Promise<QuotaUse> {
    return await readQuotas(await this.look(), this.store);
  }

  /** About how many applied events a condition of that automation could not be answered: a key was missing, types did not fit. */
  async whereErrors(automation: string): Promise<number> {
    return await whereErrorsOf(await this.look(), this.store, automation);
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

  /** The connection, once the state is known to be in the form that this version reads. @throws WrongFormat */
  protected async look(): Promise<Redis> {
    await this.format.toRead();
    return this.connections.redis;
  }
}
