import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/change.lua': {
    '13: standing windows restart when enabled': ['elseif b.start and not trigger.after then', 'elseif false then'],
    '13: armed windows that ran out are dropped when enabled': [
      "trigger.after and b['end'] <= e.as_of then",
      'trigger.after and false then',
    ],
    '13: a restarted window is not silent': [
      'b.opened, b.silent, b.keep = opened, 0,',
      'b.opened, b.silent, b.keep = opened, b.silent,',
    ],
    '13: the 30 days of a key start anew when enabled': ['trigger.keyed and e.as_of + FORGET_MS', 'b.keep'],
    '8.3: a standing window opens when it is loaded': [
      'window.open(e, b, e.as_of, 0, e.as_of, false)\n  b.silent = 0',
      'window.open(e, b, e.now, 0, e.as_of, false)\n  b.silent = 0',
    ],
  },
  'lua/put-automation.lua': {
    '13: nothing is settled of a disabled automation': ["redis.call('ZREM', keys.due, place.name)", ''],
  },
};
