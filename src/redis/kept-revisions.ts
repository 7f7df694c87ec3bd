import type { Redis } from 'ioredis';
import type { Store } from './store.ts';

/** Revisions of one automation that are looked at: more than anybody compares. */
const LIMIT = 200;

/** The documents of an automation that are kept, by revision, the newest first; the one of now among them. */
export async function keptRevisions(
  redis: Redis,
  store: Store,
  id: string,
  limit: number,
): Promise<{ revision: number; document: string }[]> {
  const found = new Map<number, string>();
  for (let cursor = '0'; ; ) {
    const [next, flat] = await redis.hscan(store.prefixes.automation + id, cursor, 'COUNT', LIMIT);
    for (let at = 0; at + 1 < flat.length; at += 2) {
      const [field = '', document = ''] = [flat[at], flat[at + 1]];
      if (/^\d{1,15}$/.test(field)) found.set(Number(field), document);
    }
    cursor = next;
    if (cursor === '0' || found.size >= LIMIT) break;
  }
  return [...found]
    .map(([revision, document]) => ({ revision, document }))
    .sort((a, b) => b.revision - a.revision)
    .slice(0, limit);
}
