import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/findings/triggers.ts': {
    'unless is warned of only where one is enough': [
      'unless === undefined || needed > 1',
      'unless === undefined || needed > 2',
    ],
  },
  'src/findings/places.ts': {
    'what resolves is looked at': ['list: resolve.on,', 'list: undefined,'],
  },
  'src/findings/log-sample.ts': {
    'null is no value of a key': ['if (value !== null) into.add(path);', 'into.add(path);'],
    'of too large payloads nothing is said': [
      'if (inner.length > PATHS_LIMIT) return false;',
      'if (inner.length > PATHS_LIMIT) return true;',
    ],
  },
};
