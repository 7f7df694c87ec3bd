import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/apply/reader.ts': {
    'a group that is made anew begins behind what is applied': [
      'await ensureGroup(redis, stream, ENGINE_GROUP, from);',
      "await ensureGroup(redis, stream, ENGINE_GROUP, '$');",
    ],
    'definitions under the numbers of lost ones are loaded': ['await matcher.definitions.reload();', ''],
  },
};
