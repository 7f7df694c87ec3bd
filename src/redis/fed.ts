import type { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** How far a log is fed from a source: `mark` the source's last entry that it is done with; `toldMs` up to when its own entries tell of it. */
export type FedSource = Readonly<{ source: string; mark: string; toldMs: number; open: boolean }>;

/** One source of a log; null where it was never opened. */
export async function readFed(redis: Redis, target: Store, source: string): Promise<FedSource | null> {
  return fedIn(source, await redis.hget(target.keys.fed, source));
}

/** All open sources of a log. */
export async function openSources(redis: Redis, target: Store): Promise<FedSource[]> {
  const found = Object.entries(await redis.hgetall(target.keys.fed));
  return found.flatMap(([source, text]) => fedIn(source, text) ?? []).filter(({ open }) => open);
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
