import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/check.lua': {
    'types: the hashes of remembered times': ["        check_type(name, 'hash')\n", ''],
    'rights are asked for before the first command: SET': ["check_right('SET', k.position, '')", ''],
    'rights are asked for before the first command: HSET': [
      "check_right('HSET', k.clock, 'f', 'v')\n  check_right('HSET', k.counters, 'f', '1')",
      '',
    ],
    'rights are asked for before the first command: HINCRBY': ["check_right('HINCRBY', k.counters, 'f', '1')", ''],
    'rights are asked for before the first command: HDEL': ["check_right('HDEL', k.clock, 'f')", ''],
    'rights are asked for before the first command: ZADD': ["check_right('ZADD', k.due, '0', 'm')", ''],
    'rights are asked for before the first command: ZREM': ["check_right('ZREM', k.due, 'm')", ''],
    'rights are asked for before the first command: DEL': ["check_right('DEL', p.composite)", ''],
    'rights are asked for before the first command: those of streams': [
      'check_right(unpack(command, 1, math.min(#command, 5)))',
      '',
    ],
  },
  'lua/include/typed.lua': {
    'types: a key that all need fails the call by its name': [
      "found.err:find('^WRONGTYPE') and wrong(key, wanted) or found",
      'found',
    ],
  },
  'lua/include/log.lua': {
    'types: a key that all need fails the call, not an entry': ['  engine.pass_on(e, dlq.said(word))\n', ''],
  },
  'lua/include/settle.lua': {
    'types: a key that all need fails the call, not a deadline': ['  engine.pass_on(e, e.fault)\n', ''],
  },
  'lua/include/early.lua': {
    'types: the names of remembered times': [
      "typed.check(e.keys.early, 'zset')",
      "redis.call('EXISTS', e.keys.early) == 1",
    ],
  },
  'lua/include/hold.lua': {
    'types: what parked events hold': ["typed.hash('HGET', e.keys.holds, id)", "redis.call('HGET', e.keys.holds, id)"],
  },
  'lua/include/write.lua': {
    'rights are asked for before the first command': ['  check.all(e)\n', ''],
  },
};
