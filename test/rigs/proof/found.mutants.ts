import type { Mutants } from '../mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/settle.lua': {
    '6: an alert holds what was missing': ['trigger.threshold - b.count, b.due', 'trigger.threshold, b.due'],
    '8.1: a rolled window keeps the as_of of its opening': ["b.due = math.max(b['end'], b.due)", "b.due = b['end']"],
  },
};
