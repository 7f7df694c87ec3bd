import type { Redis } from 'ioredis';
import { hashPages } from './movable.ts';
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
  for await (const page of hashPages(redis, store.prefixes.automation + id)) {
    for (const [field, document] of page) if (/^\d{1,15}$/.test(field)) found.set(Number(field), document);
    if (found.size >= LIMIT) break;
  }
  return [...found]
    .map(([revision, document]) => ({ revision, document }))
    .sort((a, b) => b.revision - a.revision)
    .slice(0, limit);
}
