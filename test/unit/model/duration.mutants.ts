import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/duration.ts': {
    '5.4: m is a minute': ['m: 60_000n', 'm: 61_000n'],
  },
};
