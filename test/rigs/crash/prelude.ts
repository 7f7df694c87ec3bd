import type { Redis } from 'ioredis';
import { deleteDefinition } from '../../../src/redis/definitions.ts';
import { ACTIONS_GROUP, ENGINE_GROUP, keysOf } from '../../../src/redis/keys.ts';
import { storeOf } from '../../../src/redis/store.ts';
import type { Situation } from './points.ts';
import { EXTRA, type Scenario } from './scenario.ts';
import type { Prelude } from './wire.ts';

/** Brings a worker into a situation. @param redis with all rights */
export function preludeOf(situation: Situation, redis: Redis, namespace: string, scenario: Scenario): Prelude | null {
  const { events, firings, generation } = keysOf(namespace);
  switch (situation.kind) {
    case 'ordinary':
    case 'durable':
      return null;
    case 'entry deleted':
      return {
        point: 'applier: apply',
        nth: () => scenario.second,
        act: () => scenario.deleteEntry(redis, namespace),
      };
    case 'nothing changed':
      return {
        point: 'applier: apply',
        nth: 1,
        act: async () => {
          await redis.incr(generation);
        },
      };
    case 'removed meanwhile':
      return {
        point: 'change: hget',
        nth: 1,
        act: async () => {
          await deleteDefinition(redis, storeOf(namespace), EXTRA);
        },
      };
    case 'group gone': {
      const [point, stream, group] =
        situation.of === 'events'
          ? ['reader: xreadgroup', events, ENGINE_GROUP]
          : ['relay: take-firings', firings, ACTIONS_GROUP];
      return {
        point,
        nth: 1,
        act: async () => {
          await redis.xgroup('DESTROY', stream, group);
        },
      };
    }
    case 'script unknown':
      return { point: situation.at, nth: 1, refusal: 'NOSCRIPT No matching script. Please use EVAL.' };
    case 'heartbeat refused':
      return {
        point: 'live: hset+pexpire+zadd+zremrangebyscore+pexpire+pubsub numsub',
        nth: 2,
        refusal: 'EXECABORT Transaction discarded because of previous errors.',
      };
    default:
      return situation satisfies never;
  }
}
