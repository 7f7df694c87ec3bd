import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/apply/poison.ts': {
    'poison: what fails again and again is set aside': [
      'const setAside = attempts >= POISON_ATTEMPTS;',
      'const setAside = attempts < 0;',
    ],
  },
};
