import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/seen.lua': {
    'id memory: a generation ends after half an hour': [' and at - newest.from < MEMORY_MS -- ', ' -- '],
    'id memory: a generation says until when it has ids': ['  if at > generation.to then generation.to = at end\n', ''],
  },
  'lua/include/reached.lua': {
    'atomic janitor: while the clock is set back, its time stands for the position': [
      "redis.call('HGET', keys.clock, 'at') or ",
      '',
    ],
  },
  'lua/forget-ids.lua': {
    'atomic janitor: ids that can be asked for stay': [
      'if reached.ms(keys) - oldest.to < limits.MEMORY_MS then',
      'if false then',
    ],
  },
};
