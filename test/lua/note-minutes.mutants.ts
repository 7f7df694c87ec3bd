import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/note-minutes.lua': {
    'a call that is repeated counts once': ['>= tonumber(args.number) then return', '>= math.huge then return'],
    'an hour is bounded': ['if bytes > limits.HISTORY_HOUR_BYTES and', 'if false and'],
    'an hour is forgotten': ["redis.call('PEXPIRE', keys.hour, limits.HISTORY_KEPT_MS)", ''],
  },
};
