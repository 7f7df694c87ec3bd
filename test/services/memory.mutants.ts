import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/script.ts': {
    'allow-oom: what frees memory works when there is none': ['contract.flags.length > 0', 'contract.flags.length > 9'],
  },
};
