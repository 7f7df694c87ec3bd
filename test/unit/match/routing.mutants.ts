import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/match/routing.ts': {
    'partitions: a partition forwards to the global one alone': [
      "const own = from === 'partition' ? [] : [",
      'const own = [',
    ],
    'partitions: the global one gets what its automations want': [
      "if (decoded.kind !== 'event' || !this.#interested(decoded.event)) return own;",
      "if (decoded.kind !== 'event') return own;",
    ],
    'partitions: what the front log says of its sources goes to all': [
      "if (decoded.kind === 'rejected' && decoded.mark && from === 'front') return partitionNames(this.#layout);",
      '',
    ],
  },
};
