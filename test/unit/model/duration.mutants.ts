import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/duration.ts': {
    '5.4: m is a minute': ['m: 60_000n', 'm: 61_000n'],
    '5.4: a week has seven days': ['w: 604_800_000n', 'w: 600_000_000n'],
  },
};
