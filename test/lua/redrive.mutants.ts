import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/redrive.lua': {
    'dead letters: what is sent again is a letter no more': ["redis.call('XDEL', keys.dead, args.letter)", ''],
    'dead letters: a firing that is sent again is there once': ["redis.call('XDEL', stream, found.entry)", ''],
  },
};
