import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/redis/keys.ts': {
    'key slot tag: jobs lie in the slot of their firings': ["bull: name('bull'),", "bull: namespace.concat(':bull'),"],
    'key slot tag: windows lie in the slot of the log': [
      "windows: name('windows:'),",
      "windows: namespace.concat(':windows:'),",
    ],
  },
};
