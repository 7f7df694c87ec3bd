import type { QuotaUse } from '../inspect/quota.ts';
import type { Status } from '../inspect/status.ts';
import { MOST_VALUES, OTHER } from '../measure/counts.ts';
import { isRead, type KnownSource } from '../model/known-source.ts';
import { unfinished } from '../relay/queue-states.ts';
import type { Depth } from '../relay/queues.ts';
import { type Family, OF_NAMESPACE as G } from './families.ts';

/** Keys with state above which open alerts are not counted: each look would read all of them. */
const ALERTS_LOOKED_AT = 20_000;

/** A queue with its jobs, and whether a BullMQ worker takes them. */
export type NamedQueue = Readonly<{ name: string; depth: Depth; attended: boolean }>;

/** What an engine can be asked for its metrics. */
export type Observed = Readonly<{
  status: () => Promise<Status>;
  quotas: () => Promise<QuotaUse>;
  /** @param limit most queues */
  queues: (limit: number) => Promise<Readonly<{ queues: readonly NamedQueue[]; failedDeliveries: number }>>;
  closedBudgets: () => Promise<readonly unknown[]>;
  /** Open alerts by automation. */
  countAlerts: () => Promise<ReadonlyMap<string, number>>;
}>;

/** One value of a metric, with its labels in their order. */
export type Sample = readonly [family: Family, labels: readonly string[], value: number];

/** What Redis knows of the namespace. */
export async function readGauges(observed: Observed): Promise<readonly Sample[]> {
  const [status, quotas, queues, budgets] = await Promise.all([
    observed.status(),
    observed.quotas(),
    observed.queues(MOST_VALUES),
    observed.closedBudgets(),
  ]);
  const alerts = quotas.windows <= ALERTS_LOOKED_AT ? await observed.countAlerts() : null;
  return [
    ...ofStatus(status),
    ...status.sources.slice(0, MOST_VALUES).flatMap((source) => ofSource(source, status.now)),
    ...ofQuotas(quotas),
    [G.failedDeliveries, [], queues.failedDeliveries],
    ...queues.queues.flatMap((queue) => ofQueue(queue, status)),
    [G.closedBudgets, [], budgets.length],
    ...(alerts === null ? [] : byName(G.alerts, alerts)),
  ];
}

function ofStatus(status: Status): Sample[] {
  const { behind, unrelayed, workers, partitions, memory } = status;
  return [
    ...(behind === null ? [] : [[G.backlog, [], behind] as const]),
    [G.waiting, [], status.waitingMs / 1_000],
    [G.lag, [], status.lagMs / 1_000],
    ...(unrelayed === null ? [] : [[G.unrelayed, [], unrelayed] as const]),
    [G.parked, [], status.parked],
    [G.dead, [], status.dead],
    [G.lost, [], status.lost],
    [G.damaged, [], status.damage.filter(({ lost }) => lost).length],
    ...byName(G.conditionErrors, new Map(Object.entries(status.whereErrors))),
    [G.automations, [], status.automations],
    [G.generation, [], status.generation],
    [G.workers, [], partitions === undefined ? workers.length : processesOf(workers)],
    ...workers.slice(0, MOST_VALUES).map(({ id, generation }) => [G.workerGeneration, [id], generation] as const),
    [G.partitionsBehind, [], partitions?.behind.length ?? 0],
    [G.memoryRatio, [], memory.ratio],
    [G.clockBehind, [], status.clockBehindMs / 1_000],
  ];
}

/** With partitions a process gives a sign of life for itself and for each partition that it runs. */
function processesOf(workers: Status['workers']): number {
  return new Set(workers.map(({ host, pid }) => `${pid} ${host}`)).size;
}

/** Of one that is sent events nothing stands anywhere to be read: the processes that take them count them. */
function ofSource(source: KnownSource, nowMs: number): Sample[] {
  const { name, place, note, spec, events, letters, lost } = source;
  if (place === null) return [];
  const behind = note?.behind ?? null;
  return [
    ...(behind === null ? [] : [[G.sourceBehind, [name], behind] as const]),
    ...(note === null ? [] : [[G.sourceWaiting, [name], note.waitsMs / 1_000] as const]),
    // Programs that read a source by themselves do not say that they live.
    ...(spec?.type === 'program' ? [] : [[G.sourceRead, [name], isRead(source, nowMs) ? 1 : 0] as const]),
    [G.sourceEntries, [name, 'event'], events],
    [G.sourceEntries, [name, 'dead_letter'], letters],
    [G.sourceEntries, [name, 'lost'], lost],
  ];
}

function ofQuotas({ windows, automations, limits, refused }: QuotaUse): Sample[] {
  const named = new Map(automations.map((one) => [one.id, one.windows]));
  const rest = windows - automations.reduce((all, one) => all + one.windows, 0);
  return [
    ...byName(G.windows, rest > 0 ? new Map([...named, [OTHER, rest]]) : named),
    [G.windowsLimit, ['automation'], limits.windowsPerAutomation],
    [G.windowsLimit, ['all'], limits.windows],
    [G.refused, [], refused],
  ];
}

function ofQueue({ name, depth, attended }: NamedQueue, { workers }: Status): Sample[] {
  const pausing = workers.filter(({ paused }) => paused.some(({ queue }) => queue === name));
  return [
    ...Object.entries(depth).map(([state, jobs]): Sample => [G.queueJobs, [name, state], jobs]),
    [G.queueAttended, [name], attended || unfinished(depth) === 0 ? 1 : 0],
    [G.queuePaused, [name], pausing.length],
  ];
}

/** The largest by name, in an order that does not depend on who counted; the others as one. */
function byName(family: Family, counts: ReadonlyMap<string, number>): Sample[] {
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const rest = sorted.slice(MOST_VALUES).reduce((all, [, count]) => all + count, 0);
  const shown = sorted.slice(0, MOST_VALUES).map(([name, count]): Sample => [family, [name], count]);
  return rest === 0 ? shown : [...shown, [family, [OTHER], rest]];
}
