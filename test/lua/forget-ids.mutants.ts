import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/forget-ids.lua': {
    'atomic janitor: ids that can be asked for stay': [
      'if not oldest or at - oldest.to < limits.MEMORY_MS then',
      'if not oldest then',
    ],
  },
};
