import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/due.lua': {
    '8.2: what a trigger lost no call looks for': [
      'd.visited, d.page_at, d.offset = true, 1, 0',
      'd.visited, d.page_at, d.offset = false, 1, 0',
    ],
    '8.2: a deadline that was not read is the next one as well': ['else e.beyond = e.head end', 'end'],
  },
  'lua/include/settle.lua': {
    '7.1: what falls due with an event comes out before it': ['while e.head <= as_of do', 'while e.head < as_of do'],
  },
  'lua/include/absence.lua': {
    '8.1: a key forgotten before its window ended is silent': ['if b.keep and b.finish > b.keep then', 'if false then'],
    '8.1: thr 0 is always satisfied': ['return b.count < s.threshold', 'return b.count <= s.threshold'],
    '8.1: an armed window is gone once settled': ['if s.kind.after then return window.close(s, b) end', ''],
    '9: an absence goes up': [
      'composite.climb(e, fired, as_of)',
      "if fired.trigger.parent == '' then composite.climb(e, fired, as_of) end",
    ],
  },
  'lua/include/engine.lua': {
    '1: the lag is at most 15 minutes': ['limits.LAG_LIMIT_MS', 'limits.LAG_LIMIT_MS + 60000'],
    '4: the lag is how late the last mover of the clock was': ['math.max(e.arrival - e.newest, 0)', '0'],
  },
  'lua/settle.lua': {
    '4: the scheduler never runs ahead of the next entry': [
      'local unheld = math.min(e.now, waiting or e.now)',
      'local unheld = e.now',
    ],
  },
  'lua/include/record.lua': {
    '8: a window wakes when its key is forgotten': ['b.keep or math.huge', 'math.huge'],
  },
  'lua/include/alert.lua': {
    '11: inside a composite an alert ends silently': ['if s.kind.rooted then', 'if true then'],
  },
  'lua/include/write.lua': {
    '8.2: a trigger without deadlines has no place': ["else redis.call('ZREM', e.keys.due, s.name) end", 'end'],
    '8.2: deadlines in their order': [
      "redis.call('ZADD', e.keys.due, first[2], s.name)",
      "redis.call('ZADD', e.keys.due, first[2] + 10000, s.name)",
    ],
  },
};

export const protections: Mutants = {
  'lua/include/engine.lua': {
    'the wake-up waits for what is late': ['return M.int(e.head + M.lag(e))', 'return M.int(e.head)'],
  },
  'lua/include/write.lua': {
    'the wake-up is that of what was written': ['e.revisit = true', ''],
  },
  'lua/settle.lua': {
    'watermark in as_of: absences wait for the entries before them': ['math.min(e.now, waiting or e.now)', 'e.now'],
    'watermark in as_of: absences wait for what is late': ['local as_of = time - engine.lag(e)', 'local as_of = time'],
  },
};
