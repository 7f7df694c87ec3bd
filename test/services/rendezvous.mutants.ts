import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/services/rendezvous.ts': {
    'crew: partitions are shared among those who live': ['return createHash', 'return worker;\n  return createHash'],
    'crew: all workers say the same of who has what': [
      'ranked.sort((a, b) => compareText(b.rank, a.rank) || compareText(a.worker, b.worker));',
      '',
    ],
  },
};
