import type { Redis } from 'ioredis';
import { groupNamed } from './backlog.ts';
import { at } from './cluster.ts';
import { parseInfo } from './info.ts';
import { ACTIONS_GROUP } from './keys.ts';
import { serverTimeMs } from './server-time.ts';
import { recount } from './steps/recount.ts';
import type { Store } from './store.ts';

/** How long that is kept without a worker: no job is recognised as long. */
const NOTED_MS = 7 * 86_400_000;

/** The history of the server of the jobs as it was last seen; `atMs`: when. */
export type JobsHome = Readonly<{ history: string; atMs: number }>;

/** Which history the server of the jobs has now: a replica that took over, and a server that began anew, has another one. */
export async function jobsHomeNow(redis: Redis, store: Store): Promise<JobsHome> {
  const [, jobs = ''] = /^\{(.*)\}/.exec(store.prefixes.bull) ?? [];
  const [info, atMs] = await Promise.all([
    at(redis, { namespace: jobs }).info('replication'),
    serverTimeMs(at(redis, store)),
  ]);
  return { history: parseInfo(info).get('master_replid') ?? '', atMs };
}

/**
 * How far the relay of an engine was, in ms of ids of firings: up to `before` a minute ago and longer; up to `next` at `sinceMs`, from which
 * on the next minute is counted.
 */
export type JobsProgress = Readonly<{ before: number; sinceMs: number; next: number }>;

/** What was seen last; null at first. `progress`: null where an older version saw it. */
export async function jobsHomeSeen(
  redis: Redis,
  store: Store,
): Promise<(JobsHome & Readonly<{ progress: JobsProgress | null }>) | null> {
  const [history, ...numbers] = ((await redis.get(store.keys.jobs_home)) ?? '').split(' ');
  const [atMs, before, sinceMs, next] = numbers.map(Number);
  if (history === undefined || atMs === undefined || Number.isNaN(atMs)) return null;
  if (before === undefined || sinceMs === undefined || next === undefined) return { history, atMs, progress: null };
  return { history, atMs, progress: { before, sinceMs, next } };
}

export async function noteJobsHome(
  redis: Redis,
  store: Store,
  { history, atMs }: JobsHome,
  { before, sinceMs, next }: JobsProgress,
): Promise<void> {
  await redis.set(store.keys.jobs_home, [history, atMs, before, sinceMs, next].join(' '), 'PX', NOTED_MS);
}

/** Has the firings behind a time be relayed again. @returns whether any were before */
export async function relayAgain(redis: Redis, store: Store, fromMs: number): Promise<boolean> {
  const { firings } = store.keys;
  const group = await groupNamed(redis, firings, ACTIONS_GROUP);
  const [ms = '0'] = String(group?.get('last-delivered-id') ?? '0-0').split('-');
  // What was never relayed is in front of them.
  if (Number(ms) <= fromMs) return false;
  await redis.xgroup('SETID', firings, ACTIONS_GROUP, `${fromMs}-0`);
  await recount(redis, firings, ACTIONS_GROUP);
  return true;
}
