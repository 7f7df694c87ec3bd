import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/timestamp.ts': {
    '2: a number of 10^11 and more is milliseconds': ['FIRST_MILLISECONDS = 1e11', 'FIRST_MILLISECONDS = 1e12'],
  },
  'src/model/event.ts': {
    '4: nothing happens after it was received': [
      'return Math.min(event.occurred, event.received);',
      'return event.occurred;',
    ],
    '2: a missing `occurred` is when it was received': ['?? arrival.received,\n    received', '?? 0,\n    received'],
  },
};
