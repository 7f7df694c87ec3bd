import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/services/worker.ts': {
    'entries that stand are taken over although nobody waits behind them': [
      'if (standing) await this.#applier.applyStanding(signal);',
      '',
    ],
  },
};
