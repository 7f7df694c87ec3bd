import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/services/crew.ts': {
    'crew: a change of definitions that was cut off is finished': [
      'if (own.has(name) && name !== GLOBAL_PARTITION) await followPartition(redis, store, layout, name);',
      '',
    ],
  },
};
