import type { Redis } from 'ioredis';

/** More than Redis takes to refuse a command; a server that says nothing for so long has other troubles. */
const PATIENCE_MS = 3_000;

/**
 * Offers commands to Redis within a transaction, where it looks at each at once, and carries out none of them: the connection
 * goes before `EXEC`. So it tells what a user may do without any right to ask.
 * @returns what it said to each, in order
 */
export async function tryCommands(
  redis: Redis,
  commands: readonly (readonly string[])[],
): Promise<PromiseSettledResult<unknown>[]> {
  const own = redis.duplicate({
    connectionName: 'watchfire-doctor',
    enableReadyCheck: false,
    lazyConnect: true,
    commandTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  own.on('error', () => undefined);
  try {
    await own.connect();
    await own.call('MULTI');
    return await Promise.allSettled(commands.map((words) => own.call(...(words as [string, ...string[]]))));
  } finally {
    own.disconnect();
  }
}
