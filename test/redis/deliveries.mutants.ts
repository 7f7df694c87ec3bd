import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/deliveries.ts': {
    'rate: what waits for a target comes back one after the other': [
      ' + Math.floor(((place % most) * perMs) / most)',
      '',
    ],
  },
};
