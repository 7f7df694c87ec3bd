import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/durability.ts': {
    'confirmation of what the same connection wrote': [
      'if (verdict.kept && same) return value;',
      'if (verdict.kept) return value;',
    ],
  },
};
