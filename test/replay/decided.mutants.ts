import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/replay/player.ts': {
    'backtest: knows what people decided of a key': [
      'await act(this.redis, this.store, { automation: id, labels });',
      'if (act === null) return;',
    ],
  },
};
