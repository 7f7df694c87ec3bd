import type { Redis } from 'ioredis';

/** Keys looked at in one round; a round blocks the server for well under a millisecond. */
const SCAN_COUNT = 500;

/** Text with the wildcards of Redis' own patterns taken literally. */
const literal = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

/**
 * Removes every key of all engines whose namespaces begin with `beginning`. Nothing of them must be running. One look at
 * all keys of the server does for any number of namespaces.
 */
export async function removeNamespaces(redis: Redis, beginning: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `{${literal(beginning)}*`, 'COUNT', SCAN_COUNT);
    cursor = next;
    if (keys.length > 0) await redis.unlink(...keys);
  } while (cursor !== '0');
}
