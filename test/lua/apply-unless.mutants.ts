import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/composite.lua': {
    '17.9: what happened before goes': ['if s.time <= t then g.stored[child]', 'if false then g.stored[child]'],
    '17.9: what happened at that time goes': [
      'if s.time <= t then g.stored[child]',
      'if s.time < t then g.stored[child]',
    ],
    '17.9: what happened behind it stays': ['if s.time <= t then g.stored[child]', 'if true then g.stored[child]'],
    '17.9: the group is written': ["  children.save(e, g)\n  return 'reset'", "  return 'reset'"],
    '17.13: where there was nothing it says so': ["if #g.gone == before then return 'idle' end", ''],
  },
  'lua/include/walk.lua': {
    '17.9: an event empties before the children are asked': [
      '  empty(e, matches, ev)\n  local pending = {}',
      '  local pending = {}',
    ],
    '17.9: also where nothing else meets it': ['if last and s.threshold and not is_past', 'if last and not is_past'],
  },
};
