import type { Redis } from 'ioredis';
import { countDefinitions, currentGeneration } from '../redis/definitions.ts';
import { followedBy } from '../redis/placed.ts';
import { knownSources } from '../redis/sources.ts';
import type { Store } from '../redis/store.ts';
import { mergedStatus } from './merged.ts';
import { askEach, type Part } from './parts.ts';
import { feedsOf } from './sources.ts';
import { readStatus, type Status } from './status.ts';

/**
 * The status of a namespace: with partitions how far each has taken over its definitions, and how far it is fed. Automations are counted
 * where all of them stand, and sources are those of the front log.
 */
export async function statusOf(
  { redis, log }: Readonly<{ redis: Redis; log: Redis }>,
  front: Store,
  parts: readonly Part[],
): Promise<Status> {
  const [answers, sources] = await Promise.all([askEach(log, parts, readStatus), knownSources(redis, front)]);
  const status = { ...mergedStatus(answers), sources };
  if (parts[0]?.name === '') return status;
  const [generation, automations, followed, feeds] = await Promise.all([
    currentGeneration(redis, front),
    countDefinitions(redis, front),
    askEach(redis, parts, followedBy),
    feedsOf(redis, front, parts, answers),
  ]);
  const behind = followed.filter(({ found }) => found !== generation).map(({ part }) => part);
  const partitions = { count: parts.length - 1, behind, feeds };
  return { ...status, generation: Number(generation), automations, partitions };
}
