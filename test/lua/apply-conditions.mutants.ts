import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/log.lua': {
    '17.1: conditions that cannot be answered are counted': [
      'if chunk.failures then count_failures(e, chunk.failures, first, words) end',
      '',
    ],
    '17.1: conditions count for what is applied': ["said and said:match('^applied')", 'said'],
    '17.1: conditions count once for an entry': ['words[number - first + 1]', 'words[number]'],
  },
  'lua/delete-automation.lua': {
    '17.1: the number of failed conditions goes with the automation': [
      "redis.call('HDEL', keys.counters, 'where-error:' .. c.id)",
      '',
    ],
  },
};
