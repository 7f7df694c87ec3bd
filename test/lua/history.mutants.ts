import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/replaced.lua': {
    '13: the history has the time of the oldest entry that waits': [
      'engine.int(e.as_of + engine.lag(e))',
      'e.now_text',
    ],
  },
  'lua/include/history.lua': {
    '13: records of the history keep their order when the position goes back': [
      'engine.int(math.max(ms, last_ms))',
      'engine.int(ms)',
    ],
  },
  'lua/include/log.lua': {
    '13: an entry that was given up is noted': [
      'if attempts then history.set_aside(e, id, reason, error, attempts) end',
      '',
    ],
  },
};
