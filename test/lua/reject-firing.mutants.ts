import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/reject-firing.lua': {
    'dead letters: the second to come writes none': ["if not held and firing then return { 'gone' } end", ''],
    'dead letters: what is moved to the dead letters is acknowledged with it': [
      "redis.call('XACK', keys.firings, args.group, args.entry)",
      '',
    ],
  },
};
