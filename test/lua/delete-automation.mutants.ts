import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/delete-automation.lua': {
    '13: nothing more comes of a deleted automation': ['change.discard(e, c.gone)', ''],
  },
};
