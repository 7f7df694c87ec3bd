import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/event.ts': {
    '4: nothing happens after it was received': [
      'return Math.min(event.occurred, event.received);',
      'return event.occurred;',
    ],
    '2: a missing `occurred` is when it was received': ['?? arrival.received,\n    received', '?? 0,\n    received'],
  },
};
