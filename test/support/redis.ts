import { Redis } from 'ioredis';
import { inject, onTestFinished } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** For engines: as the user of WATCHFIRE_TEST_USER. */
    redisUrl: string;
    /** For what only tests do, such as looking at all keys: with all rights. */
    adminUrl: string;
  }
}

/** A client for engines on the test run's server, disconnected when the test is over. */
export function testClient(): Redis {
  return clientOf(inject('redisUrl'));
}

/** A client with all rights. Nothing of the engine is to be called with it. */
export function adminClient(): Redis {
  return clientOf(inject('adminUrl'));
}

const beside = new WeakMap<Redis, Redis>();

/** A client with all rights for the helpers of a test that has one already: that one where it has them, which saves a connection. */
export function adminBeside(redis: Redis): Redis {
  if (inject('adminUrl') === inject('redisUrl')) return redis;
  // One to a server of the test's own.
  if (redis.options.username !== new URL(inject('redisUrl')).username) return redis;
  const known = beside.get(redis) ?? adminClient();
  beside.set(redis, known);
  return known;
}

function clientOf(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: 2 });
  onTestFinished(() => redis.disconnect());
  return redis;
}
