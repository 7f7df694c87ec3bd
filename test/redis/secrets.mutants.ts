import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/redact.ts': {
    'secrets stay out of errors': ['error.command = { name };', ''],
  },
};
