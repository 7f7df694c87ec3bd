import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/resume.lua': {
    '13: standing windows restart when enabled': ['elseif b.start and trigger.kind.standing then', 'elseif false then'],
    '13: armed windows that ran out are dropped when enabled': [
      'trigger.kind.after and b.finish <= e.as_of then',
      'trigger.kind.after and false then',
    ],
    '13: a restarted window is not silent': ['b.silent, b.keep = 0,', 'b.silent, b.keep = b.silent,'],
    '13: the 30 days of a key start anew when enabled': ['trigger.kind.keyed and e.as_of + FORGET_MS', 'b.keep'],
  },
  'lua/include/change.lua': {
    '8.3: a standing window opens when it is loaded': [
      'window.open(b, e.as_of, e.as_of + trigger.within, 0, e.as_of, false)\n  b.silent = 0',
      'window.open(b, e.now, e.now + trigger.within, 0, e.as_of, false)\n  b.silent = 0',
    ],
  },
  'lua/include/window.lua': {
    '13: windows are read some thousand at a time': [
      'local last = math.min(#keys, from + limits.SLICE - 1)',
      'local last = #keys',
    ],
  },
  'lua/put-automation.lua': {
    '13: nothing is settled of a disabled automation': ["redis.call('ZREM', keys.due, place.name)", ''],
  },
};
