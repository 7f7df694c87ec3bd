import type { Mutants } from '../mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/absence.lua': {
    '6: an alert holds what was missing': ['s.threshold - b.count, event', 's.threshold, event'],
    '8.1: a rolled window keeps the as_of of its opening': ['b.due = math.max(b.finish, b.due)', 'b.due = b.finish'],
  },
  'lua/include/sliding.lua': {
    '17.3: what comes too late keeps nothing': [
      "options.collect) then return 'late' end",
      "options.collect) then M.touch(s, x, ev.as_of) return 'late' end",
    ],
  },
};
