import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/durability.ts': {
    'confirmation of what the same connection showed': [
      "if (this.#connection !== since) throw this.#notKept('the connection broke', null);",
      '',
    ],
    'confirmation by as many replicas as are asked for': [
      'this.#verdict(replicas >= minReplicas,',
      'this.#verdict(replicas >= 0,',
    ],
  },
};
