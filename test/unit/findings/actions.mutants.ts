import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/findings/actions.ts': {
    'a queue that is null says nothing': ['(action.queue ?? null) === null', 'action.queue === undefined'],
    'capitals are as near as a letter': ['type.toLowerCase()', 'type'],
  },
};
