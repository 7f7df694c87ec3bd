import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/check.lua': {
    'rights are asked for before the first command: SET': ["check_right('SET', k.position, '')", ''],
    'rights are asked for before the first command: HSET': ["check_right('HSET', k.clock, 'f', 'v')", ''],
    'rights are asked for before the first command: HINCRBY': ["check_right('HINCRBY', k.counters, 'f', '1')", ''],
    'rights are asked for before the first command: HDEL': ["check_right('HDEL', k.quota_used, 'f')", ''],
    'rights are asked for before the first command: ZADD': ["check_right('ZADD', k.due, '0', 'm')", ''],
    'rights are asked for before the first command: ZREM': ["check_right('ZREM', k.due, 'm')", ''],
    'rights are asked for before the first command: DEL': ["check_right('DEL', p.composite)", ''],
    'rights are asked for before the first command: those of streams': [
      'check_right(unpack(command, 1, math.min(#command, 5)))',
      '',
    ],
  },
  'lua/include/write.lua': {
    'rights are asked for before the first command': ['  check.all(e)\n', ''],
  },
};
