import { Redis } from 'ioredis';
import { inject, onTestFinished } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    redisUrl: string;
  }
}

/** A client of the test run's server, disconnected when the test is over. */
export function testClient(): Redis {
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: 2 });
  onTestFinished(() => redis.disconnect());
  return redis;
}
