import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/position.lua': {
    'a lost position is found by its copy': ['is_id(copy) and copy or M.by_memory(keys)', 'M.by_memory(keys)'],
    'a lost position is found by the ids that are remembered': ['or M.by_memory(keys)', "or '0-0'"],
    'a position that is found by ids lies before the last of them': [
      "'(' .. bound, '-', 'COUNT'",
      "bound, '-', 'COUNT'",
    ],
    'a position that was put back has its copy': ["redis.call('HSET', keys.clock, 'position', at)", ''],
  },
  'lua/include/write.lua': {
    'the position has a copy': ["redis.call('HSET', keys.clock, 'position', e.position)", ''],
  },
};
