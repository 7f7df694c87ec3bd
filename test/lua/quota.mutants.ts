import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/quota.lua': {
    'caps on what is held': ['e.over = e.over + 1\n  return true', 'e.over = e.over + 1\n  return false'],
  },
};
