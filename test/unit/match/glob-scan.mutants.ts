import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/glob-scan.ts': {
    'a stretch may begin where another one has begun': ['((bits << 1) | carry)', '(bits << 1)'],
    'a stretch goes on in the next word': ['carry = bits >>> (WORD - 1);', 'carry = 0;'],
    'the last stretch begins behind the first one': ['end < start', 'false'],
  },
};
