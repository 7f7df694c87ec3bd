import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/take-next.lua': {
    'repartition: what took its place is not taken away again': [
      "if redis.call('EXISTS', ready) == 0 then return end",
      '',
    ],
    'repartition: what goes does not take what comes along': [
      "if not redis.call('ZSCORE', keys.next, name) then",
      'if true then',
    ],
  },
  'src/redis/stage.ts': {
    'repartition: ids of entries rise': ['isAfter(id, last) ? id : idBehind(last)', 'id'],
  },
};
