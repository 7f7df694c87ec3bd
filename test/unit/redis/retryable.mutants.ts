import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/retryable.ts': {
    'missing rights cost no event': ["|The user executing the script can't ", ''],
  },
};
