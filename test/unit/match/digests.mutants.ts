import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/plan.ts': {
    '10: ids of firings of documents without new keys stay': ['? [more] : []', '? [more] : [0]'],
    '17.11: what is counted belongs to the definition': [
      '    distinct,\n    sum,\n',
      '    distinct: distinct ?? sum,\n',
    ],
    '17.11: what resets belongs to the definition': ['    reset: reset?.map(plainPattern),\n', ''],
    '17.11: when it resolves belongs to the definition': ['plainPattern), resolve.afterMs]', 'plainPattern)]'],
  },
};
