import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/settle.lua': {
    '8.1: a key forgotten before its window ended is silent': ['if b.keep and finish > b.keep then', 'if false then'],
    '8.1: thr 0 is always satisfied': [
      'if b.count < trigger.threshold and not',
      'if b.count <= trigger.threshold and not',
    ],
    '8.1: an armed window is gone once settled': [
      'if trigger.after then\n    window.close(b)',
      'if false then\n    window.close(b)',
    ],
    '7.1: what falls due with an event comes out before it': ['while e.head <= as_of do', 'while e.head < as_of do'],
    '9: an absence goes up': [
      'if fired then composite.climb(e, fired, as_of) end',
      "if fired and trigger.parent == '' then composite.climb(e, fired, as_of) end",
    ],
  },
  'lua/include/engine.lua': {
    '1: the lag is at most 15 minutes': ['limits.LAG_LIMIT_MS', 'limits.LAG_LIMIT_MS + 60000'],
    '4: the lag is how late the last mover of the clock was': [
      'math.min(LAG_LIMIT_MS, e.arrival - e.newest)',
      'math.min(LAG_LIMIT_MS, 0)',
    ],
  },
  'lua/settle.lua': {
    '4: the scheduler never runs ahead of the next entry': [
      'local time = math.min(e.now, waiting or e.now)',
      'local time = e.now',
    ],
  },
  'lua/include/due.lua': {
    '8.2: deadlines in their order': [
      "redis.call('ZADD', e.keys.due, entry[2], name)\n    else",
      "redis.call('ZADD', e.keys.due, entry[2] + 10000, name)\n    else",
    ],
  },
};

export const protections: Mutants = {
  'lua/settle.lua': {
    'watermark in as_of: absences wait for the entries before them': ['math.min(e.now, waiting or e.now)', 'e.now'],
    'watermark in as_of: absences wait for what is late': [
      'settle.catch_up(e, time - engine.lag(e))',
      'settle.catch_up(e, time)',
    ],
  },
};
