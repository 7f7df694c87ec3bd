import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/forget-history.lua': {
    'the last change before the log stays': ["'MINID', '~', last[1]", "'MINID', '~', front"],
  },
};
