import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import { lastActs } from '../redis/acts.ts';
import { fedTo, removeEntries, removeSilences } from '../redis/erased.ts';
import { allSilences } from '../redis/silences.ts';
import type { Store } from '../redis/store.ts';
import { Carrying } from './carrying.ts';
import { type ErasedCounts, ErasedEngine, type ErasedPlace } from './engine.ts';

export type { ErasedCounts } from './engine.ts';

/** A namespace: `front` is its own store, `parts` those of its engines, that is `front` itself without partitions. */
export type ErasedNamespace = Readonly<{ redis: Redis; front: Store; parts: readonly Store[]; isDivided: boolean }>;

/** Records of acts that are looked through: more than are kept. */
const ACTS_LIMIT = 20_000;

/**
 * Removes what carries a label with a value: from the log, windows, remembered and collected events, the ledger, jobs, deliveries, dead
 * letters, silences and records of acts. What is not applied yet, not handed on, or waits for its leader is counted as `waiting` and stays:
 * the next call takes it.
 * @param dryRun only counts
 * @throws InvalidDocument for a value that is empty
 */
export async function eraseLabel(
  namespace: ErasedNamespace,
  { name, value, dryRun = false }: Readonly<{ name: string; value: string; dryRun?: boolean }>,
): Promise<ErasedCounts> {
  if (name === '' || value === '') throw new InvalidDocument('label', 'must be name=value', `${name}=${value}`);
  const { redis, front, parts, isDivided } = namespace;
  const carrying = new Carrying(name, value);
  const [events, firings, keys, documents, jobs] = [0, 0, 0, 0, 0];
  const counts = { events, firings, keys, documents, jobs, deliveries: 0, letters: 0, changes: 0, waiting: 0 };
  const places: ErasedPlace[] = parts.map((store) => ({ redis, store }));
  if (isDivided) places.push({ redis, store: front, upTo: await fedTo(redis, parts) });
  const engines = places.map((place) => new ErasedEngine(place, carrying, counts));
  for (const engine of engines) await engine.find();
  // Loaded here only: it brings BullMQ with it.
  const { jobsOfFirings, removeJobs } = await import('../relay/erased-jobs.ts');
  const ids = engines.flatMap((engine) => engine.firings.map(({ id }) => id));
  const found = await jobsOfFirings(redis, { front, parts }, ids);
  counts.jobs = found.jobs.length;
  counts.deliveries = found.deliveries.length;
  const silences = (await allSilences(redis, front)).filter(({ labels }) => carrying.labels(labels));
  const acts = (await lastActs(redis, front, { limit: ACTS_LIMIT })).filter(({ subject }) =>
    subject.split(' ').includes(`${name}=${value}`),
  );
  counts.changes += silences.length + acts.length;
  if (dryRun) return counts;
  for (const engine of engines) await engine.remove();
  counts.waiting += await removeJobs(redis, front, found);
  await removeSilences(
    redis,
    front,
    silences.map(({ id }) => id),
  );
  await removeEntries(
    redis,
    front,
    'acts',
    acts.map(({ id }) => id),
  );
  return counts;
}

/** What stands for a value that was erased, so that it can be recognised by those who know it. */
export function digestOfValue(value: string): string {
  return createHash('sha256').update(value).digest('hex').slice(0, 12);
}
