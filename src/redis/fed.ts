import type { Redis } from 'ioredis';
import type { Store } from './store.ts';
import { storedNumber } from './stored.ts';

/** How far a log is fed from a source: `mark` the source's last entry that it is done with; `toldMs` up to when its own entries tell of it. */
export type FedSource = Readonly<{ source: string; mark: string; toldMs: number; open: boolean }>;

/** One source of a log; null where it was never opened. */
export async function readFed(redis: Redis, target: Store, source: string): Promise<FedSource | null> {
  return fedIn(source, await redis.hget(target.keys.fed, source));
}

/** All open sources of a log. */
export async function openSources(redis: Redis, target: Store): Promise<FedSource[]> {
  return (await fedSources(redis, target)).filter(({ open }) => open);
}

/** All sources of a log, those that are closed included. */
export async function fedSources(redis: Redis, target: Store): Promise<FedSource[]> {
  const fields = Object.entries(await redis.hgetall(target.keys.fed));
  return fields.flatMap(([source, text]) => fedIn(source, text) ?? []);
}

/** Up to when (ms) the applied entries of a log tell of its open sources. */
export async function reachedOf(redis: Redis, target: Store): Promise<ReadonlyMap<string, number>> {
  const fields = Object.entries(await redis.hgetall(target.keys.reached));
  return new Map(fields.map(([source, ms]) => [source, storedNumber(ms, 0)]));
}

/** As lua/include/fed.lua writes it. */
function fedIn(source: string, text: string | null): FedSource | null {
  const [, mark, told, state] = /^(\d+-\d+) (\d+) (\w+)$/.exec(text ?? '') ?? [];
  return mark === undefined ? null : { source, mark, toldMs: Number(told), open: state === 'open' };
}

/** Whether the engine wrote an entry of a log, which is not applied yet or not fed on. */
export async function isOwn(redis: Redis, source: Store, id: string): Promise<boolean> {
  return (await redis.zscore(source.keys.own, id)) !== null;
}

/** Counts that a source lost entries that were fed. */
export async function countLoss(redis: Redis, source: Store): Promise<void> {
  await redis.hincrby(source.keys.counters, 'fed-lost', 1);
}
