import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/match/label-index.ts': {
    'the rarer value is the better place': [
      'if (share >= least) continue;',
      'if (share < least && least < Number.POSITIVE_INFINITY) continue;',
    ],
    'a value is a better place than a glob': ["return kind === 'other' ? 1 : 0;", "return kind === 'other' ? 0 : 1;"],
    'a glob is a better place than a negation': ["kind === 'any' || pattern.startsWith('!')", "kind === 'any'"],
  },
};
