import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/sweep.lua': {
    'atomic janitor: a piece at a time': [
      "redis.call('ZRANGE', windows, 0, tonumber(args.limit) - 1)",
      "redis.call('ZRANGE', windows, 0, -1)",
    ],
  },
};
