import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/repartition/repartition.ts': {
    'repartition: no worker lives when it begins': ['    await refuseWorkers(redis, front, sources);\n', ''],
    'repartition: what was not applied is fed from there on': [
      'await noteFed(this.#redis, this.#front, name, cut);',
      'void name;',
    ],
  },
  'src/repartition/rest.ts': {
    'repartition: ids that were remembered are remembered': ['if (list.length > 0) for', 'if (list.length < 0) for'],
    'repartition: each log is fed from where its state stands': [
      'return [[FRONT, c.cut], ...forwarded];',
      "return [[FRONT, '0-0'], ...forwarded];",
    ],
  },
  'src/repartition/checks.ts': {
    'repartition: entries that wait are not left behind': [
      '(await readWaiting(redis, store, 1)).length > 0',
      '(await readWaiting(redis, store, 1)).length > 1',
    ],
  },
};
