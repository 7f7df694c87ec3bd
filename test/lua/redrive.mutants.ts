import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/seen.lua': {
    'id memory: what was set aside half-way is no duplicate of itself': [
      "redis.call('HDEL', shard.of(e, generation, e.digest), e.digest)",
      '0',
    ],
  },
  'lua/redrive.lua': {
    'dead letters: what is sent again is a letter no more': ["redis.call('XDEL', keys.dead, args.letter)", ''],
    'dead letters: a firing that is sent again is there once': ["redis.call('XDEL', stream, found.entry)", ''],
  },
};
