import type { Redis } from 'ioredis';
import { parseFiring } from '../../../src/model/firing.ts';
import { at } from '../../../src/redis/cluster.ts';
import type { Store } from '../../../src/redis/store.ts';
import { entriesOf, type Log, type Logged, logOf } from './logs.ts';
import { GLOBAL, REGION_THRESHOLD, THRESHOLD, WITHIN_MS } from './traffic.ts';

/** What a run left, and what of it is wrong. All but the first five have to be 0, `lost` only where the mode promises it. */
export type Verdict = {
  kept: number;
  firings: number;
  absences: number;
  jobs: number;
  /** Entries of logs that were fed with them. */
  fed: number;
  /** Acknowledged, and in no log of a partition. */
  lost: number;
  /** Fed twice, or out of their order. */
  disorder: number;
  /** In the log of a partition, wanted on the global one, and not there. */
  notForwarded: number;
  /** Of the same cause in the ledgers. */
  doubled: number;
  /** Fired without what they are for in the log. */
  false: number;
  /** In the log, applied, and not fired. */
  missing: number;
  /** Firings whose job is in no queue. */
  jobsLost: number;
  /** Jobs of no firing in a ledger. */
  jobsFalse: number;
  examples: string[];
};

/** What must have fired of a log: how often each thing, and what may have fired as well. */
type Deserved = Readonly<{ must: ReadonlyMap<string, number>; may: ReadonlySet<string> }>;

function counted(keys: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** Of the global partition. */
function deservedOfAll(log: ReadonlyMap<string, Logged>): Deserved {
  const rings = [...log.values()].filter(({ event }) => event.event === GLOBAL.event);
  const must = new Map<string, number>();
  for (const [region, count] of counted(rings.map(({ event }) => event.resource.region ?? '')))
    must.set(`${GLOBAL.automation} ${region}`, Math.floor(count / REGION_THRESHOLD));
  return { must, may: new Set() };
}

function deserved(log: ReadonlyMap<string, Logged>): Deserved {
  const must = new Map<string, number>();
  const may = new Set<string>();
  const failed: string[] = [];
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  for (const { event, atMs } of log.values()) {
    const key = event.resource.id;
    if (event.event === 'ring') must.set(`ring ${event.id}`, 1);
    if (event.event === 'order.failed') failed.push(key);
    if (event.event === 'job.started') starts.set(key, atMs);
    if (event.event === 'job.done') ends.set(key, atMs);
  }
  for (const [key, count] of counted(failed)) must.set(`failures ${key}`, Math.floor(count / THRESHOLD));
  for (const [key, startMs] of starts) {
    const endMs = ends.get(key);
    if (endMs === undefined) must.set(`silent ${key}`, 1);
    // One that came late by an outage may have been missed in time, which fires, and is taken back.
    else if (endMs > startMs + WITHIN_MS) may.add(`silent ${key}`);
  }
  return { must, may };
}

type Parts = Readonly<{ redis: Redis; store: Store; log: Log; verdict: Verdict; jobs: Set<string> }>;

/** Judges the firings of one partition. */
async function judgeOne({ redis, store, log, verdict, jobs }: Parts, { must, may }: Deserved): Promise<void> {
  const fired = new Map<string, number>();
  const ids = new Set<string>();
  for await (const [, fields] of entriesOf(redis, store.keys.firings)) {
    const firing = parseFiring(fields);
    if (firing.state !== 'Triggered') continue;
    verdict.firings += 1;
    if (firing.automation === 'silent') verdict.absences += 1;
    if (ids.has(firing.id)) wrong(verdict, 'doubled', `${store.namespace} ${firing.id}`);
    ids.add(firing.id);
    const { automation, labels, event } = firing;
    const of = automation === 'ring' ? event?.id : automation === GLOBAL.automation ? labels.region : labels.id;
    const thing = `${automation} ${of}`;
    fired.set(thing, (fired.get(thing) ?? 0) + 1);
    if (!jobs.delete(`f-${firing.id}-0`)) wrong(verdict, 'jobsLost', `${store.namespace} ${thing} ${firing.id}`);
  }
  for (const [thing, times] of fired) {
    const most = must.get(thing) ?? (may.has(thing) ? 1 : 0);
    if (times > most && most > 0) wrong(verdict, 'doubled', `${store.namespace} ${thing} ${times} times, not ${most}`);
    if (times > most && most === 0)
      wrong(verdict, 'false', `${store.namespace} ${thing}: ${storyOf(log, thing.split(' ')[1])}`);
  }
  for (const [thing, times] of must) {
    const found = fired.get(thing) ?? 0;
    if (found < times) wrong(verdict, 'missing', `${store.namespace} ${thing} ${found} times, not ${times}`);
  }
}

/** What a log has of a key. */
function storyOf(log: Log, key: string | undefined): string {
  const own = [...log.events.values()].filter(({ event }) => event.resource.id === key);
  return own
    .map(({ event, atMs }) => `${event.event} of ${event.occurred} at ${new Date(atMs).toISOString()}`)
    .join(', ');
}

const EXAMPLES = 20;

type Wrong = 'lost' | 'disorder' | 'notForwarded' | 'doubled' | 'false' | 'missing' | 'jobsLost' | 'jobsFalse';

function wrong(verdict: Verdict, kind: Wrong, example: string): void {
  verdict[kind] += 1;
  if (verdict.examples.length < EXAMPLES) verdict.examples.push(`${kind}: ${example}`);
}

export type Judged = Readonly<{
  redis: Redis;
  front: Store;
  partitions: readonly Store[];
  global: Store;
  acknowledged: ReadonlySet<string>;
}>;

/** Compares what stands in all partitions with what was acknowledged, and the firings with what is in the logs. */
export async function judge({ redis, front, partitions, global, acknowledged }: Judged): Promise<Verdict> {
  const verdict: Verdict = {
    ...{ kept: 0, firings: 0, absences: 0, jobs: 0, fed: 0, lost: 0, disorder: 0, notForwarded: 0 },
    ...{ doubled: 0, false: 0, missing: 0, jobsLost: 0, jobsFalse: 0, examples: [] },
  };
  const jobs = new Set(await redis.lrange(`${front.prefixes.bull}:actions:wait`, 0, -1));
  verdict.jobs = jobs.size;
  const kept = new Set<string>();
  const forwarded = await logOf(at(redis, global), global);
  for (const store of [...partitions, global]) {
    const own = at(redis, store);
    const log = store === global ? forwarded : await logOf(own, store);
    verdict.fed += log.fed;
    for (const example of log.disorder) wrong(verdict, 'disorder', example);
    const parts = { redis: own, store, log, verdict, jobs };
    await judgeOne(parts, store === global ? deservedOfAll(log.events) : deserved(log.events));
    if (store === global) continue;
    for (const [id, { event }] of log.events) {
      kept.add(id);
      if (event.event === GLOBAL.event && !forwarded.events.has(id)) wrong(verdict, 'notForwarded', id);
    }
  }
  verdict.kept = kept.size;
  for (const id of acknowledged) if (!kept.has(id)) wrong(verdict, 'lost', id);
  for (const id of jobs) wrong(verdict, 'jobsFalse', id);
  return verdict;
}
