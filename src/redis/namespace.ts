import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { primariesOf } from './cluster.ts';

/** Keys looked at in one round; a round blocks the server for well under a millisecond. */
const SCAN_COUNT = 500;

/** Text with the wildcards of Redis' own patterns taken literally. */
const literal = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

/**
 * Removes every key of all engines whose namespaces begin with `beginning`. Nothing of them must be running. One look at
 * all keys of each server does for any number of namespaces.
 */
export async function removeNamespaces(redis: Redis, beginning: string): Promise<void> {
  for (const node of primariesOf(redis)) await removeThere(node, beginning);
}

async function removeThere(redis: Redis, beginning: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `{${literal(beginning)}*`, 'COUNT', SCAN_COUNT);
    cursor = next;
    // Each by itself: on a cluster they are in several slots.
    await Promise.all(keys.map((key) => redis.unlink(key)));
  } while (cursor !== '0');
}

/** How long a run counts as alive behind its last sign of life. */
const ALIVE_MS = 600_000;

/** Between two signs of life. */
export const SIGN_OF_LIFE_MS = 60_000;

/** Gives a sign of life of a run, whose namespaces begin with its name and a dash. */
export async function runLives(redis: Redis, run: string): Promise<void> {
  await redis.set(aliveKey(run), '1', 'PX', ALIVE_MS);
}

const aliveKey = (run: string): string => `{${run}}:alive`;

/** What the names of runs begin with, and all of one in the name of a key. Earlier versions gave shorter ones, and no signs of life. */
const RUN = 'scratch-';
const RUN_IN_KEY = /^\{(scratch-[0-9a-f]{16})[-}]/;

/** A name that no other run has. */
export function newRun(): string {
  return `${RUN}${randomBytes(8).toString('hex')}`;
}

/**
 * Removes every key of a run that ends, and those of runs that ended without removing theirs, as where the process was killed: they have given
 * no sign of life for ten minutes. One look at all keys of the server does for all.
 */
export async function removeEndedRuns(redis: Redis, run: string): Promise<void> {
  await redis.del(aliveKey(run));
  const alive = new Map<string, boolean>();
  const lives = async (name: string): Promise<boolean> => {
    const known = alive.get(name) ?? (await redis.exists(aliveKey(name))) === 1;
    alive.set(name, known);
    return known;
  };
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `{${RUN}*`, 'COUNT', SCAN_COUNT);
    cursor = next;
    const ended: string[] = [];
    for (const key of keys) {
      const name = RUN_IN_KEY.exec(key)?.[1];
      if (name !== undefined && !(await lives(name))) ended.push(key);
    }
    if (ended.length > 0) await redis.unlink(...ended);
  } while (cursor !== '0');
}
