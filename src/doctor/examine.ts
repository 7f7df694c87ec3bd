import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import { DurabilityUnavailable, UnreadableState, WrongFormat } from '../errors.ts';
import { findingsIn } from '../findings/automation-findings.ts';
import type { Finding } from '../findings/finding.ts';
import { statusOf } from '../inspect/convergence.ts';
import { mergedQuotas } from '../inspect/merged.ts';
import { askEach, type Part, partsOf } from '../inspect/parts.ts';
import { type QuotaUse, readQuotas } from '../inspect/quota.ts';
import type { Status } from '../inspect/status.ts';
import { GLOBAL_PARTITION, type PartitionLayout } from '../model/partition.ts';
import type { RuleOptions } from '../redis/acl.ts';
import { clusterStateOf, type SentinelState, sentinelStateOf } from '../redis/cluster-state.ts';
import type { Connections } from '../redis/connection.ts';
import { DamagedKey } from '../redis/damage.ts';
import { allDefinitions } from '../redis/definitions.ts';
import { durabilityOf } from '../redis/durability.ts';
import { requireReadable } from '../redis/format.ts';
import { earlyAnswers, isWithin, parseInfo, type ServerVersion, versionOf } from '../redis/info.ts';
import { layoutThere } from '../redis/partitions.ts';
import { isProtected } from '../redis/protection.ts';
import { infoOf, keepingConfig, keyExists, loadAllScripts, preciseTimeMs } from '../redis/server.ts';
import { partitionStores, type Store } from '../redis/store.ts';
import { type WrongType, wrongTypes } from '../redis/wrong-types.ts';
import { type QueueStates, readQueueStates } from '../relay/queue-states.ts';
import { Queues } from '../relay/queues.ts';
import { orNull } from './check.ts';
import type { ClusterFacts } from './cluster-rules.ts';
import { type Rights, rightsOf } from './rights.ts';
import { readSurroundings } from './surroundings.ts';

/** How often the clock of Redis is read; the fastest answer is the most exact. */
const CLOCK_LOOKS = 5;

/** What was asked, or the error with which Redis refused to tell. */
export type Told<T> = Readonly<{ value: T } | { refused: string }>;

/** An automation that is enabled, with what can never work in it or is hardly meant. */
export type ReviewedAutomation = Readonly<{ id: string; name: string; findings: readonly Finding[] }>;

/** The facts that the rules of `findings.ts` judge. Durations in ms. */
export type Facts = Readonly<{
  settings: Pick<Settings, 'namespace' | 'durability' | 'minReplicas'>;
  /** INFO by its names; the version is null when it does not say. */
  info: ReadonlyMap<string, string>;
  version: ServerVersion | null;
  /** By their names in CONFIG. */
  config: Told<ReadonlyMap<string, string>>;
  /** Why this server cannot give what the durability mode promises; null when it can. */
  undurable: Told<string | null>;
  /** How far Redis' clock is ahead of this machine's, to within `giveMs`. */
  clock: Readonly<{ aheadMs: number; giveMs: number }>;
  /** Whether strangers are kept out, or cannot come from elsewhere. */
  protected: boolean;
  rights: Rights;
  /** Scripts that were loaded, and what Redis says of one that it did not take. */
  scripts: Told<number>;
  /** The cluster that the server is a node of; null where it is none. */
  cluster: Told<ClusterFacts | null>;
  /** What the sentinels say; null where none are named. */
  sentinels: Told<SentinelState | null>;
  /** Null when the key of the log can be used. */
  slot: string | null;
  /** Why this version cannot read the state that is there; null when it can. */
  format: Told<WrongFormat | null>;
  /** The names of the keys of the logs: one, or that of each partition. */
  logs: readonly string[];
  /** How the namespace is divided; null without partitions. */
  layout: PartitionLayout | null;
  /** Keys that others wrote over with another type. */
  wrong: Told<readonly WrongType[]>;
  status: Told<Status>;
  quota: Told<QuotaUse>;
  queues: Told<QueueStates>;
  automations: Told<readonly ReviewedAutomation[]>;
}>;

export type ExamineParts = Readonly<{
  connections: Connections;
  store: Store;
  settings: Settings;
  clock: Clock;
}>;

/** Asks Redis for all of it. A refusal to answer is a fact as well; only a lost connection is an error. */
export async function examine({ connections, store, settings, clock }: ExamineParts): Promise<Facts> {
  const { redis, node } = connections;
  const info = parseInfo(await infoOf(node));
  const version = versionOf(info);
  const fsync = settings.durability === 'fsync' ? { fsync: wayToDisk(version) } : {};
  const durability = durabilityOf(connections, store, settings, clock);
  const format = await told(() => formatOf(redis, store));
  const layout = orNull(await told(() => layoutThere(redis, store)));
  const parts = partsOf(store, layout);
  return {
    settings,
    info,
    version,
    config: await told(() => keepingConfig(node)),
    undurable: await told(() => unavailable(durability?.check() ?? Promise.resolve())),
    clock: await clockOf(node, clock),
    protected: await isProtected(node, store.keys.events),
    rights: await rightsOfAll(node, kindsOf(store, parts), { ...fsync, cluster: connections.isSpread }),
    scripts: await told(() => loadAllScripts(node)),
    cluster: await told(() => clusterFacts(connections, store, info)),
    sentinels: await told(() => sentinelStateOf(node)),
    slot: await slotOf(redis, store),
    format,
    logs: parts.map((part) => part.store.keys.events),
    layout,
    wrong: await told(async () => (await askEach(redis, parts, wrongTypes)).flatMap(({ found }) => found)),
    status: await told(() => statusOf(connections, store, parts)),
    quota: await told(async () => mergedQuotas(await askEach(redis, parts, readQuotas))),
    queues: 'refused' in format ? format : await told(() => queuesOf(redis, store, format.value)),
    // Documents of another version need not be readable.
    automations: orNull(format) === null ? await told(() => reviewed(connections, store, layout)) : { value: [] },
  };
}

/** Stores that rights may differ for: users are given patterns of keys. */
function kindsOf(front: Store, parts: readonly Part[]): Store[] {
  const [first] = parts;
  if (first === undefined || first.name === '') return [front];
  const global = parts.filter(({ name }) => name === GLOBAL_PARTITION);
  return [front, ...[first, ...global].map(({ store }) => store)];
}

/** What the user may not do with the keys of any of them. */
async function rightsOfAll(redis: Redis, stores: readonly Store[], options: RuleOptions): Promise<Rights> {
  const rights = await Promise.all(stores.map((store) => rightsOf(redis, store, options)));
  return {
    missing: [...new Set(rights.flatMap(({ missing }) => missing))],
    untried: rights.find(({ untried }) => untried !== null)?.untried ?? null,
  };
}

async function reviewed(
  { redis, log }: Connections,
  store: Store,
  layout: PartitionLayout | null,
): Promise<ReviewedAutomation[]> {
  const enabled = (await allDefinitions(redis, store)).filter((automation) => automation.enabled);
  const surroundings = await readSurroundings({ redis, log }, store, enabled, layout);
  return enabled.map((one) => ({ id: one.id, name: one.name, findings: findingsIn(one, surroundings) }));
}

async function clusterFacts(
  { redis, node, isSpread }: Connections,
  store: Store,
  info: ReadonlyMap<string, string>,
): Promise<ClusterFacts | null> {
  if (info.get('cluster_enabled') !== '1') return null;
  const layout = await layoutThere(redis, store).catch(() => null);
  const stores = layout === null ? [] : partitionStores(store, layout);
  const parts = [store, ...stores].map(({ origin, namespace }) => ({ name: origin, namespace }));
  return { state: await clusterStateOf(node), parts, asWhole: isSpread };
}

function wayToDisk(version: ServerVersion | null): 'waitaof' | 'always' {
  const waits = version !== null && (version.product === 'valkey' || isWithin(version, '7.2.0', null));
  return waits && !earlyAnswers(version) ? 'waitaof' : 'always';
}

/** An answer, or that Redis refuses it. @throws what is not Redis' own word, as that the connection is lost */
async function told<T>(ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return { value: await ask() };
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return { refused: error.message };
    if (error instanceof DamagedKey || error instanceof UnreadableState) return { refused: error.message };
    throw error;
  }
}

async function unavailable(check: Promise<void>): Promise<string | null> {
  try {
    await check;
    return null;
  } catch (error) {
    if (error instanceof DurabilityUnavailable) return error.message;
    throw error;
  }
}

async function formatOf(redis: Redis, store: Store): Promise<WrongFormat | null> {
  try {
    await requireReadable(redis, store);
    return null;
  } catch (error) {
    if (error instanceof WrongFormat) return error;
    throw error;
  }
}

/** Automations of another version cannot be read. */
async function queuesOf(redis: Redis, store: Store, unreadable: WrongFormat | null): Promise<QueueStates> {
  if (unreadable) return { queues: [], types: [], failedDeliveries: 0 };
  const queues = new Queues(redis, store.prefixes.bull);
  try {
    return await readQueueStates(redis, store, queues);
  } finally {
    await queues.close();
  }
}

async function clockOf(redis: Redis, clock: Clock): Promise<Facts['clock']> {
  let best = { aheadMs: 0, giveMs: Number.POSITIVE_INFINITY };
  for (let look = 0; look < CLOCK_LOOKS; look += 1) {
    const before = clock.nowMs();
    const theirs = await preciseTimeMs(redis);
    const tookMs = clock.nowMs() - before;
    // It was read somewhere between the question and the answer.
    const giveMs = Math.ceil(tookMs / 2) + 1;
    if (giveMs < best.giveMs) best = { aheadMs: Math.round(theirs - before - tookMs / 2), giveMs };
  }
  return best;
}

async function slotOf(redis: Redis, store: Store): Promise<string | null> {
  const asked = await told(() => keyExists(redis, store.keys.events));
  return 'refused' in asked && /^(MOVED|ASK|CLUSTERDOWN|CROSSSLOT|TRYAGAIN)/.test(asked.refused) ? asked.refused : null;
}
