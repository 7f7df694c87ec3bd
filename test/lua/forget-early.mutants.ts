import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/forget-early.lua': {
    'atomic janitor: times that as_of may yet ask for stay': [
      'local as_of = reached.ms(keys) - ',
      'local as_of = reached.ms(keys) + 60000 - ',
    ],
    'atomic janitor: times are kept for as long as they are remembered': ['as_of - memory_ms)', 'as_of)'],
    'atomic janitor: the namespace says for how long': [
      "tonumber(redis.call('HGET', keys.settings, 'early_ms')) or limits.EARLY_MS",
      'limits.EARLY_MS',
    ],
    'atomic janitor: the names of what was removed go': ["redis.call('ZREM', keys.early, unpack(found))", ''],
    'atomic janitor: what was remembered goes': ["redis.call('UNLINK', unpack(names))", ''],
  },
  'lua/include/remembered.lua': {
    'atomic janitor: times are known by the end of their half hour': [
      'e.keys.early, engine.int((span + 1) * SPAN)',
      'e.keys.early, engine.int(span * SPAN)',
    ],
  },
};
