import type { Redis } from 'ioredis';
import { countDefinitions, currentGeneration } from '../redis/definitions.ts';
import { followedBy } from '../redis/placed.ts';
import type { Store } from '../redis/store.ts';
import { askEach, type Part } from './parts.ts';
import type { Status } from './status.ts';

/**
 * The status of a namespace with how far each partition has taken over its definitions; without partitions as it is. Automations are
 * counted where all of them stand.
 */
export async function convergence(redis: Redis, front: Store, parts: readonly Part[], status: Status): Promise<Status> {
  if (parts[0]?.name === '') return status;
  const [generation, automations, followed] = await Promise.all([
    currentGeneration(redis, front),
    countDefinitions(redis, front),
    askEach(redis, parts, followedBy),
  ]);
  const behind = followed.filter(({ found }) => found !== generation).map(({ part }) => part);
  return { ...status, generation: Number(generation), automations, partitions: { count: parts.length - 1, behind } };
}
