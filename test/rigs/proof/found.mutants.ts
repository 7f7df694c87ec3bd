import type { Mutants } from '../mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/absence.lua': {
    '6: an alert holds what was missing': ['s.threshold - b.count, event', 's.threshold, event'],
    '8.1: a rolled window keeps the as_of of its opening': ['b.due = math.max(b.finish, b.due)', 'b.due = b.finish'],
  },
  'lua/include/sliding.lua': {
    '17.4: a quiet time that is over is not kept on': [
      'if x.quiet and x.quiet_until <= as_of then',
      'if x.quiet and x.quiet_until < as_of - 1000000 then',
    ],
    '17.3: what comes too late keeps nothing': [
      "if not count then return 'late' end",
      "if not count then\n    touch(s, x, nil, ev.as_of)\n    return 'late'\n  end",
    ],
  },
  'lua/include/settle.lua': {
    '6: a held window stays': ['s.kind.proactive and not b.hold and b.keep == at', 's.kind.proactive and b.keep == at'],
  },
};
