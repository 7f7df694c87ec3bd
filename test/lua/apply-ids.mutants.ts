import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/model/intake.ts': {
    'ids: those that the engine gives are rejected': ['if (!anyId && !derived) checkId(event.id);', ''],
    'ids: an unusable entry id does not take the id of a later event': [
      'derived && ownFormOf(fields) === null ?',
      'false ?',
    ],
  },
};
