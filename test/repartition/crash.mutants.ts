import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/repartition/repartition.ts': {
    'repartition: what a run that ended began to write is removed first': [
      'moveMarkText(mark));\n      await this.#clear();',
      'moveMarkText(mark));',
    ],
  },
};
