import type { Redis } from 'ioredis';
import { Conflict, WrongFormat } from '../errors.ts';
import { parseLayout } from '../model/partition.ts';
import { WorkersAlive } from '../redis/cannot-migrate.ts';
import { leaving, leavingMark } from '../redis/format.ts';
import { liveWorkers } from '../redis/heartbeat.ts';
import { FORMAT } from '../redis/keys.ts';
import { anyThere, type Origin, olderNames, textAt } from '../redis/older-state.ts';
import { type Command, leadOver } from '../redis/steps/lead-over.ts';
import { partitionStores, type Store } from '../redis/store.ts';
import { definitions } from './definitions.ts';
import { history } from './history.ts';
import { followers, readers } from './log.ts';
import { own } from './own.ts';
import { countIds, seen } from './seen.ts';
import { revisions, settings } from './settings.ts';
import { KINDS, type LedKind, type MigrationStep, type Namespace } from './step.ts';
import { countWindows, triggers } from './triggers.ts';

/** Workers that an error names. */
const NAMED_WORKERS = 10;

/** In this order; what comes before is not touched again by what follows. */
const STEPS: readonly MigrationStep[] = [
  settings,
  revisions,
  triggers,
  definitions,
  seen,
  followers,
  own,
  readers,
  history,
];
/** Since format 3 the state has the same form; the definitions say more. */
const STEPS_FROM_3: readonly MigrationStep[] = [definitions, own, history];
/** Since format 4 the definitions say more, and more is kept. */
const STEPS_FROM_4: readonly MigrationStep[] = [definitions, history];
/** Since format 5 the log can have entries that were fed from other logs, which earlier versions would take for events. */
const STEPS_FROM_5: readonly MigrationStep[] = [definitions];

/** How far a migration is: `done` of `total` windows and ids. First all are read, then all are led over. */
export type MigrationProgress = Readonly<{ done: number; total: number }>;

export type MigrateOptions = Readonly<{
  /** Changes nothing, and counts what would be led over */
  dryRun?: boolean;
  /** Told how far it is after each call */
  onProgress?: (progress: MigrationProgress) => void;
  /** Stops between two calls when it is aborted; the next run goes on */
  signal?: AbortSignal;
}>;

/**
 * What a migration did, or would do. `from`: the version that wrote the state, null where there was nothing to do. `counts`: how many of
 * each kind were still in the old form.
 */
export type MigrationReport = Readonly<{
  from: '0.1.0' | 'format 2' | 'format 3' | 'format 4' | 'format 5' | null;
  to: string;
  finished: boolean;
  counts: Readonly<Record<LedKind, number>>;
}>;

/**
 * Leads the state of an earlier version over to the form of this one, in calls of bounded time; with workers stopped. It may end at any
 * point: the next run goes on from there. While it is at work, and after it was interrupted, every version refuses the namespace.
 * @throws WorkersAlive, CannotMigrate; WrongFormat for the state of a later version
 */
export async function migrate(redis: Redis, store: Store, options: MigrateOptions = {}): Promise<MigrationReport> {
  const { dryRun = false } = options;
  const counts = none();
  const found = await originOf(redis, store);
  if (found === null) return { from: null, to: FORMAT, finished: true, counts };
  const { origin, form } = found;
  const writer = origin === 1 ? '0.1.0' : (`format ${origin}` as const);
  const report = { from: writer, to: FORMAT, counts } as const;
  const namespace: Namespace = { redis, store, origin, older: olderNames(store, origin) };
  const run = new Run(namespace, dryRun);
  await run.refuseWorkers();
  const mark = leavingMark(String(origin));
  // All of it is read before any of it is changed: what cannot be led over leaves the state to the version that wrote it.
  const begun = form === mark;
  if (!dryRun && !begun) {
    const readable = await through(namespace, options, none(), () => Promise.resolve());
    if (!readable) return { ...report, finished: false };
  }
  if (!begun) await run.carryOut(form, [['SET', store.keys.format, mark]]);
  const carryOut = (commands: readonly Command[]): Promise<void> => run.carryOut(mark, commands);
  const finished = await through(namespace, options, counts, carryOut);
  if (finished) await carryOut([['SET', store.keys.format, FORMAT]]);
  return { ...report, finished };
}

/** `migrate` for the namespace of an engine, with all of its partitions. @throws WorkersAlive, CannotMigrate, WrongFormat */
export async function migrateState(
  { connections: { redis }, store }: Readonly<{ connections: Readonly<{ redis: Redis }>; store: Store }>,
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  const layout = parseLayout(await textAt(redis, store.keys.format));
  if (layout === null) return await migrate(redis, store, options);
  let all: MigrationReport = { from: null, to: FORMAT, finished: true, counts: none() };
  // Each is an engine of its own; what stands at the front are documents alone.
  for (const one of partitionStores(store, layout)) {
    const { from, finished, counts } = await migrate(redis, one, options);
    all = { ...all, from: all.from ?? from, finished, counts: added(all.counts, counts) };
    if (!finished) break;
  }
  return all;
}

function added(a: MigrationReport['counts'], b: MigrationReport['counts']): MigrationReport['counts'] {
  return Object.fromEntries(KINDS.map((kind) => [kind, a[kind] + b[kind]])) as Record<LedKind, number>;
}

/** Goes through all steps. @returns whether it came to the end: `signal` can end it before */
async function through(
  namespace: Namespace,
  { onProgress = () => undefined, signal }: MigrateOptions,
  counts: Record<LedKind, number>,
  carryOut: (commands: readonly Command[]) => Promise<void>,
): Promise<boolean> {
  const total = (await countWindows(namespace)) + (await countIds(namespace));
  for (const step of stepsFrom(namespace.origin)) {
    for await (const { kind, count, commands } of step(namespace)) {
      if (signal?.aborted) return false;
      await carryOut(commands);
      counts[kind] += count;
      onProgress({ done: Math.min(total, counts.windows + counts.ids), total });
    }
  }
  return !signal?.aborted;
}

function stepsFrom(origin: Origin): readonly MigrationStep[] {
  if (origin === 5) return STEPS_FROM_5;
  if (origin === 4) return STEPS_FROM_4;
  return origin === 3 ? STEPS_FROM_3 : STEPS;
}

function none(): Record<LedKind, number> {
  return Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<LedKind, number>;
}

/** What stands in `{wf}:format`, '' for nothing, and what it means; null where nothing is to be done. @throws WrongFormat */
async function originOf(redis: Redis, store: Store): Promise<{ origin: Origin; form: string } | null> {
  const { format, position, generation, audit, counters } = store.keys;
  const form = await textAt(redis, format);
  if (form === FORMAT) return null;
  // As lua/claim-format.lua looks for what 0.1.0 left.
  if (form === null)
    return (await anyThere(redis, [position, generation, audit, counters])) ? { origin: 1, form: '' } : null;
  const number = leaving(form) ?? form;
  if (number === '1' && number !== form) return { origin: 1, form };
  if (number === '2') return { origin: 2, form };
  if (number === '3') return { origin: 3, form };
  if (number === '4') return { origin: 4, form };
  if (number === '5') return { origin: 5, form };
  throw new WrongFormat(store.namespace, 'newer', form, FORMAT);
}

/** Carries out slices, or pretends to. */
class Run {
  readonly #namespace: Namespace;
  readonly #dry: boolean;

  constructor(namespace: Namespace, dry: boolean) {
    this.#namespace = namespace;
    this.#dry = dry;
  }

  async refuseWorkers(): Promise<void> {
    const { redis, store } = this.#namespace;
    const alive = await liveWorkers(redis, store, NAMED_WORKERS);
    if (alive.length > 0) throw new WorkersAlive(alive.map(({ id }) => id));
  }

  /** Version 0.1.0 asks nobody before it starts a worker, so each call looks for them. */
  async carryOut(form: string, commands: readonly Command[]): Promise<void> {
    if (this.#dry) return;
    await this.refuseWorkers();
    const { redis, store } = this.#namespace;
    if ((await leadOver(redis, store, form, commands)) === 'other') throw new Conflict();
  }
}
