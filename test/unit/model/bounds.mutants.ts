import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/model/intake.ts': {
    'what is written in our own forms is bounded too': ['if (length > OWN_LIMIT) throw', 'if (length < 0) throw'],
  },
};
