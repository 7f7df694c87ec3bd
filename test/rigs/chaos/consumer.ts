import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { TAKEN } from './verdict.ts';

/** Jobs left waiting in queues that are not emptied at once; far below the depth at which the relay pauses. */
const LEFT = 5_000;

/**
 * Takes jobs as a BullMQ worker that finished them with removeOnComplete would leave them: the job is gone, and so is a deduplication key
 * that has no time to live. Each is noted in the same step, so that the notes are exact whatever happens to Redis.
 * KEYS the list of waiting jobs, the list of notes; ARGV prefix of the queue's keys, jobs to be left, most jobs taken.
 */
const TAKE = `
local surplus = redis.call('LLEN', KEYS[1]) - tonumber(ARGV[2])
local taken = 0
while taken < surplus and taken < tonumber(ARGV[3]) do
  local id = redis.call('RPOP', KEYS[1])
  redis.call('RPUSH', KEYS[2], id)
  redis.call('DEL', ARGV[1] .. id)
  local memory = ARGV[1] .. 'de:' .. id
  if redis.call('PTTL', memory) == -1 then redis.call('DEL', memory) end
  taken = taken + 1
end
return taken`;

const SHA = createHash('sha1').update(TAKE).digest('hex');
const MOST = 500;

/** Empties queues as their users would. `greedy`: those that are emptied at once. */
export async function consume(
  redis: Redis,
  namespace: string,
  queues: readonly string[],
  greedy: readonly string[],
): Promise<number> {
  let taken = 0;
  for (const queue of queues) {
    const prefix = `{${namespace}}:bull:${queue}:`;
    const left = greedy.includes(queue) ? 0 : LEFT;
    const parameters = [2, `${prefix}wait`, `{${namespace}}:${TAKEN}:${queue}`, prefix, left, MOST] as const;
    try {
      taken += Number(await redis.evalsha(SHA, ...parameters));
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      await redis.script('LOAD', TAKE);
    }
  }
  return taken;
}
