import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/backlog.lua': {
    '4 A clock set back: E is the time of the oldest entry': ['if at then return at end', ''],
  },
  'lua/include/engine.lua': {
    '4 A clock set back: what the engine appends has its time at once': [
      "if e.behind then return M.append_at(e, '- ' .. e.now_text, ...) end",
      '',
    ],
  },
  'lua/include/packed.lua': {
    '4 A clock set back: the time stands for that of the id': [
      'return chunk.times and chunk.times[number] > 0 and chunk.times[number]',
      'return false',
    ],
  },
  'lua/include/write.lua': {
    '4 A clock set back: it ends': ["redis.call('HDEL', keys.clock, 'at')", 'return'],
  },
};

export const protections: Mutants = {
  'lua/include/seen.lua': {
    'clock set back: no remembered id has a negative age': ['newest and at >= newest.from and', 'newest and'],
  },
};
