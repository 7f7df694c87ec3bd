import type { Mutants } from './rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/connection.ts': {
    'a prefix for keys is refused': ['if (keyPrefix) {', 'if (keyPrefix === null) {'],
  },
};
