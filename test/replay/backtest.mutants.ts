import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/replay/alerts.ts': {
    'backtest: an alert that was another one is not compared': ['were.get(key) !== are.get(key)', 'false'],
  },
};
