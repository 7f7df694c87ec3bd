import type { Redis } from 'ioredis';

/** Keys looked at in one round; a round blocks the server for well under a millisecond. */
const SCAN_COUNT = 500;

/** Text with the wildcards of Redis' own patterns taken literally. */
const literal = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

/** Removes every key of one engine. Nothing of it must be running. */
export async function removeNamespace(redis: Redis, namespace: string): Promise<void> {
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `{${literal(namespace)}}:*`, 'COUNT', SCAN_COUNT);
    cursor = next;
    if (keys.length > 0) await redis.unlink(...keys);
  } while (cursor !== '0');
}
