import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/key.ts': {
    '6: an absent label is an empty one': ["find(event) ?? ''", "find(event) ?? '?'"],
    '8.2: keys in order of code points': ['replace(ESCAPABLE, shiftUp)).join', 'replace(/[+,]/g, shiftUp)).join'],
  },
};
