import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/take-waiting.lua': {
    'waiting: what is taken is one relay’s for a while': ['waiting.add(keys, member, now + args.lease_ms)', ''],
    'waiting: a group that is taken gets no further firings': ["redis.call('HDEL', keys.grouping, name)", 'name = nil'],
    'waiting: a closing that is taken counts no more': ["redis.call('HDEL', keys.budgets, automation)", 'open = nil'],
  },
};
