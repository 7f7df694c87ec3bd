import type { Redis } from 'ioredis';
import { type ChildFiring, type Firing, ofTheLog, parseFiring } from '../../../src/model/firing.ts';
import { ACTIONS_GROUP, ENGINE_GROUP, keysOf, prefixesOf } from '../../../src/redis/keys.ts';

/** Entries read at a time. */
const PAGE = 1_000;

/** All entries of a stream. */
export async function* entriesOf(redis: Redis, stream: string): AsyncGenerator<[string, string[]]> {
  for (let from = '-'; ; ) {
    const page = await redis.xrange(stream, from, '+', 'COUNT', PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    from = `(${last[0]}`;
  }
}

/**
 * A firing without what depends on when and by whom it was decided, or on where the engine's own entries and the changes stand in the log;
 * the same of its children.
 */
export function asDecided(firing: Firing): object {
  const bare = <One extends Firing | ChildFiring>({ revision: _, story, children, ...rest }: One): object => {
    return { ...rest, story: story && { ...story, due: undefined }, children: children.map(bare) };
  };
  return bare(ofTheLog(firing) as Firing);
}

/** The ledger without what depends on when it was decided. */
export async function ledgerOf(redis: Redis, namespace: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const [, fields] of entriesOf(redis, keysOf(namespace).firings)) {
    lines.push(JSON.stringify(asDecided(parseFiring(fields))));
  }
  return lines;
}

/** Appends the log of one namespace to that of another, entry for entry at the same positions. */
export async function copyLog(redis: Redis, from: string, to: string): Promise<number> {
  let count = 0;
  for await (const [id, fields] of entriesOf(redis, keysOf(from).events)) {
    if (fields[0] === 'released' || fields[0] === 'firing') continue;
    await redis.xadd(keysOf(to).events, id, ...fields);
    count += 1;
  }
  return count;
}

/** Ids of all jobs that wait in the queues of a namespace. */
export async function jobsOf(redis: Redis, namespace: string, queues: readonly string[]): Promise<string[]> {
  const lists = queues.map((queue) => redis.lrange(`${prefixesOf(namespace).bull}:${queue}:wait`, 0, -1));
  return (await Promise.all(lists)).flat().sort();
}

/** Entries given to somebody and never acknowledged, in both groups. */
export async function pendingOf(redis: Redis, namespace: string): Promise<number> {
  const { events, firings } = keysOf(namespace);
  const [log] = await redis.xpending(events, ENGINE_GROUP);
  const [out] = await redis.xpending(firings, ACTIONS_GROUP);
  return Number(log) + Number(out);
}

/** Whether every entry of the log has been applied and every firing handed on. */
export async function drained(redis: Redis, namespace: string): Promise<boolean> {
  const { events, position, firings } = keysOf(namespace);
  const [newest] = await redis.xrevrange(events, '+', '-', 'COUNT', 1);
  if (newest && newest[0] !== (await redis.get(position))) return false;
  const groups = (await redis.xinfo('GROUPS', firings)) as (string | number)[][];
  return groups.every((flat) => flat[flat.indexOf('lag') + 1] === 0 && flat[flat.indexOf('pending') + 1] === 0);
}
