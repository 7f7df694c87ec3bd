import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/script.ts': {
    '#!lua: a call is refused before it has done anything': ["['#!lua', ", "['--', "],
    'a call runs the includes that it needs': ['if (at < 0) return', 'if (at < Number.POSITIVE_INFINITY) return'],
    'a server that forgot its scripts is given them': [
      'if (!unknown || loads === LOADS) throw unnamed(',
      'throw unnamed(',
    ],
  },
};
