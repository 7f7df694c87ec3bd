import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/set-aside.lua': {
    'set aside: what the engine wrote stays': ["if own.has(keys, args.entry) then return { 'own', '' } end", ''],
    'set aside: not while a copy of it would come back': [
      'if copied and not stream.after(args.entry, copied)',
      'if false and not stream.after(args.entry, copied)',
    ],
    'set aside: it is no loss': ["redis.call('HINCRBY', keys.counters, 'rejected', 1)", ''],
    'set aside: nobody else has deleted it': ["redis.call('HSET', keys.audit, 'deleted', args.entry)", ''],
  },
};
