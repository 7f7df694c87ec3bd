import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/plan.ts': {
    '17.11: what a key left stays when it goes': ['(old?.own === own && old.rich === true)', 'false'],
    '17.11: also when other changes come behind that': ['    ...(rich && { rich }),\n', ''],
  },
};
