import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/model/silence.ts': {
    'alerts: an acknowledgement is of reminders alone': ['if (reminder === undefined || ', 'if ('],
    'alerts: reminders of a renewed alert go out': [' || story.start > alert)', ')'],
  },
};
