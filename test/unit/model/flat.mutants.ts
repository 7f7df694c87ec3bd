import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/model/record.ts': {
    'names of strangers meet nothing inherited': [
      'return Object.create(NOTHING) as Record<string, Value>;',
      'return {};',
    ],
  },
};
