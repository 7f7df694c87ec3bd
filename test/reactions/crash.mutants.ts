import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/relay/deliveries.ts': {
    'deliveries: what a program that died had begun is tried again': [
      'const MOST_STALLED = 10;',
      'const MOST_STALLED = 1;',
    ],
  },
};
