import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/trim.lua': {
    'atomic janitor: what another group holds is not trimmed': ['if pending[2] then', 'if false then'],
    'atomic janitor: what waits keeps its entry': ['if needed then', 'if false then'],
  },
};
