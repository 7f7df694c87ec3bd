import type { Redis } from 'ioredis';
import { parseFiring } from '../../../src/model/firing.ts';
import { at } from '../../../src/redis/cluster.ts';
import type { Store } from '../../../src/redis/store.ts';
import { THRESHOLD, WITHIN_MS } from './traffic.ts';

/** Entries of one read. */
const PAGE = 1_000;

/** What a run left, and what of it is wrong. All but the first four have to be 0, `lost` only where the mode promises it. */
export type Verdict = {
  kept: number;
  firings: number;
  absences: number;
  jobs: number;
  /** Acknowledged, and in no log. */
  lost: number;
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

type LoggedEvent = Readonly<{ id: string; event: string; occurred?: string; resource: Readonly<{ id: string }> }>;

/** An event as it stands in a log for the first time, with when it arrived there. */
type Logged = Readonly<{ event: LoggedEvent; atMs: number }>;

async function* entriesOf(redis: Redis, key: string): AsyncGenerator<readonly [string, string[]]> {
  for (let after = '-'; ; ) {
    const page = await redis.xrange(key, after, '+', 'COUNT', PAGE);
    yield* page;
    const last = page.at(-1)?.[0];
    if (last === undefined || page.length < PAGE) return;
    after = `(${last}`;
  }
}

async function logOf(redis: Redis, store: Store): Promise<Map<string, Logged>> {
  const found = new Map<string, Logged>();
  for await (const [id, fields] of entriesOf(redis, store.keys.events)) {
    const data = fields[0] === 'data' ? (JSON.parse(fields[1] ?? '{}') as LoggedEvent) : null;
    if (data && !found.has(data.id)) found.set(data.id, { event: data, atMs: Number(id.split('-')[0]) });
  }
  return found;
}

/** What must have fired of a log: how often each thing, and what may have fired as well. */
function deserved(log: ReadonlyMap<string, Logged>): { must: Map<string, number>; may: Set<string> } {
  const must = new Map<string, number>();
  const may = new Set<string>();
  const failures = new Map<string, number>();
  const starts = new Map<string, number>();
  const ends = new Map<string, number>();
  for (const { event, atMs } of log.values()) {
    const key = event.resource.id;
    if (event.event === 'ring') must.set(`ring ${event.id}`, 1);
    if (event.event === 'order.failed') failures.set(key, (failures.get(key) ?? 0) + 1);
    if (event.event === 'job.started') starts.set(key, atMs);
    if (event.event === 'job.done') ends.set(key, atMs);
  }
  for (const [key, count] of failures) must.set(`failures ${key}`, Math.floor(count / THRESHOLD));
  for (const [key, startMs] of starts) {
    const endMs = ends.get(key);
    if (endMs === undefined) must.set(`silent ${key}`, 1);
    // One that came late by an outage may have been missed in time, which fires, and is taken back.
    else if (endMs > startMs + WITHIN_MS) may.add(`silent ${key}`);
  }
  return { must, may };
}

/** Judges one partition. */
async function judgeOne(redis: Redis, store: Store, verdict: Verdict, jobs: Set<string>): Promise<Set<string>> {
  const log = await logOf(redis, store);
  const { must, may } = deserved(log);
  const fired = new Map<string, number>();
  const ids = new Set<string>();
  for await (const [, fields] of entriesOf(redis, store.keys.firings)) {
    const firing = parseFiring(fields);
    if (firing.state !== 'Triggered') continue;
    verdict.firings += 1;
    if (firing.automation === 'silent') verdict.absences += 1;
    if (ids.has(firing.id)) wrong(verdict, 'doubled', `${store.namespace} ${firing.id}`);
    ids.add(firing.id);
    const thing =
      firing.automation === 'ring' ? `ring ${firing.event?.id}` : `${firing.automation} ${firing.labels.id}`;
    fired.set(thing, (fired.get(thing) ?? 0) + 1);
    if (!jobs.delete(`f-${firing.id}-0`)) wrong(verdict, 'jobsLost', `${store.namespace} ${thing} ${firing.id}`);
  }
  for (const [thing, times] of fired) {
    const most = must.get(thing) ?? (may.has(thing) ? 1 : 0);
    if (times > most && most > 0) wrong(verdict, 'doubled', `${store.namespace} ${thing} ${times} times, not ${most}`);
    if (times > most && most === 0) {
      const key = thing.split(' ')[1];
      const own = [...log.values()].filter(({ event }) => event.resource.id === key);
      const told = own.map(
        ({ event, atMs }) => `${event.event} of ${event.occurred} at ${new Date(atMs).toISOString()}`,
      );
      wrong(verdict, 'false', `${store.namespace} ${thing}: ${told.join(', ')}`);
    }
  }
  for (const [thing, times] of must) {
    const found = fired.get(thing) ?? 0;
    if (found < times) wrong(verdict, 'missing', `${store.namespace} ${thing} ${found} times, not ${times}`);
  }
  return new Set(log.keys());
}

const EXAMPLES = 20;

function wrong(
  verdict: Verdict,
  kind: 'lost' | 'doubled' | 'false' | 'missing' | 'jobsLost' | 'jobsFalse',
  example: string,
): void {
  verdict[kind] += 1;
  if (verdict.examples.length < EXAMPLES) verdict.examples.push(`${kind}: ${example}`);
}

/** Compares what stands in all partitions with what was acknowledged, and the firings with what is in the logs. */
export async function judge(
  redis: Redis,
  front: Store,
  partitions: readonly Store[],
  acknowledged: ReadonlySet<string>,
): Promise<Verdict> {
  const counts = { kept: 0, firings: 0, absences: 0, jobs: 0, lost: 0, doubled: 0, false: 0, missing: 0 };
  const verdict: Verdict = { ...counts, jobsLost: 0, jobsFalse: 0, examples: [] };
  const jobs = new Set(await redis.lrange(`${front.prefixes.bull}:actions:wait`, 0, -1));
  verdict.jobs = jobs.size;
  const kept = new Set<string>();
  for (const store of partitions) for (const id of await judgeOne(at(redis, store), store, verdict, jobs)) kept.add(id);
  verdict.kept = kept.size;
  for (const id of acknowledged) if (!kept.has(id)) wrong(verdict, 'lost', id);
  for (const id of jobs) wrong(verdict, 'jobsFalse', id);
  return verdict;
}
