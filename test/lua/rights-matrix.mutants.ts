import type { Mutants } from '../rigs/mutate/mutation.ts';

const FIRST = ['-- RIGHTS first\n', '-- RIGHTS\n'] as const;

export const protections: Mutants = {
  'lua/put-automation.lua': { 'all rights before a change of definitions begins': FIRST },
  'lua/redrive.lua': { 'all rights before a dead letter is sent again': FIRST },
  'lua/forget-ids.lua': { 'all rights before ids are forgotten': FIRST },
};
