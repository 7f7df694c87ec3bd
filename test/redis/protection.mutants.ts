import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/protection.ts': {
    'a Redis that lets everybody in is refused': ['return !(await letsStrangersIn(redis, key));', 'return true;'],
  },
};
