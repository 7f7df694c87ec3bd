import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/entry.lua': {
    '18: an entry does not settle ahead of what is fed': [
      'ev.as_of = time - (e.lag or engine.lag(e))',
      'ev.as_of = at - (e.lag or engine.lag(e))',
    ],
    '18: a mark settles what is due': ['if e.head <= as_of and not settle.catch_up(e, as_of) then return nil end', ''],
  },
  'lua/include/sources.lua': {
    '18: sources hold back for the lag limit at most': [
      'return math.max(least, ms - limits.LAG_LIMIT_MS)',
      'return least',
    ],
    '18: what opens a source holds nothing back that was due before': [
      'M.held(at, math.max(e.least, M.least(after)))',
      'M.held(at, M.least(after))',
    ],
    '18: F is known behind the entry': ['M.held(at, math.max(e.least, M.least(after)))', 'M.held(at, e.least)'],
    '18: the slowest source counts': ['if ms < least then least = ms end', 'least = ms'],
    '18: a source that is closed holds nothing': ["if form == 'closed' then after[name] = nil end", ''],
  },
  'lua/settle.lua': {
    '18: the scheduler does not run ahead of what is fed': ['sources.held(unheld, e.least)', 'unheld'],
    '18: the scheduler sleeps while sources hold back': ["held and '' or engine.wake(e)", 'engine.wake(e)'],
    '18: the scheduler is held by the entry that waits': [
      'sources.held(unheld, e.least)',
      'math.min(unheld, math.max(e.least, e.now - 900000))',
    ],
  },
  'lua/include/backlog.lua': {
    '18: a change is no further than the sources are': [
      'sources.held(math.min(e.now, M.oldest(e) or e.now), e.least)',
      'math.min(e.now, M.oldest(e) or e.now)',
    ],
  },
};
