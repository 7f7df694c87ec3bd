import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/settle.lua': {
    'missing rights cost no absence': ['if dlq.is_refusal(e.fault) then error(fault, 0) end', ''],
  },
};
