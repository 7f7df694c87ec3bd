import type { Redis } from 'ioredis';
import {
  deadLetterIds,
  type Purged,
  purgeDeadLetters,
  type RedriveSummary,
  redriveDeadLetters,
} from './dead-letters.ts';
import { idIn, type Part, partOfId } from './parts.ts';

/** As `redriveDeadLetters`, by the names that letters of all partitions have. */
export async function redriveIn(
  redis: Redis,
  parts: readonly Part[],
  letters: readonly string[] | 'all',
  signal?: AbortSignal,
): Promise<RedriveSummary> {
  const summary: RedriveSummary = { redriven: 0, gone: [], unfit: [] };
  const named = namedBy(parts, letters);
  for (const { name, store } of parts) {
    const ids = letters === 'all' ? deadLetterIds(redis, store) : (named.get(name) ?? []);
    const { redriven, gone, unfit } = await redriveDeadLetters(redis, store, ids, signal);
    summary.redriven += redriven;
    summary.gone.push(...gone.map((id) => idIn(name, id)));
    summary.unfit.push(...unfit.map(({ id, reason }) => ({ id: idIn(name, id), reason })));
  }
  summary.gone.push(...(named.get(null) ?? []));
  return summary;
}

/** As `purgeDeadLetters`. */
export async function purgeIn(redis: Redis, parts: readonly Part[], letters: Purged): Promise<number> {
  const named = Array.isArray(letters) ? namedBy(parts, letters as readonly string[]) : null;
  let removed = 0;
  for (const { name, store } of parts)
    removed += await purgeDeadLetters(redis, store, named === null ? letters : (named.get(name) ?? []));
  return removed;
}

/** The ids of letters by their partitions; under null those of none that there is. */
function namedBy(parts: readonly Part[], letters: readonly string[] | 'all'): ReadonlyMap<string | null, string[]> {
  const names = new Set(parts.map(({ name }) => name));
  const all = letters === 'all' ? [] : letters;
  const found = Map.groupBy(all, (letter) => (names.has(partOfId(letter).part) ? partOfId(letter).part : null));
  return new Map([...found].map(([name, ids]) => [name, name === null ? ids : ids.map((one) => partOfId(one).id)]));
}
