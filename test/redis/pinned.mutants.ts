import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/pinned.ts': {
    'cluster: a connection that is given up on its way is made again': [
      'if (!this.connecting) this.stream.destroy();',
      "if (!this.connecting) throw new Error('Connection is closed.');",
    ],
  },
};
