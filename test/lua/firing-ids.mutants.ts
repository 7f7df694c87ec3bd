import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/firing.lua': {
    '10: a firing id depends on the key': [' .. part(encoded)', ''],
    '10: a firing id depends on the definition': [' .. part(trigger.digest)', ''],
    '10: a firing id depends on the place': [
      'part(trigger.automation) .. part(trigger.path)',
      'part(trigger.automation)',
    ],
    '10: the id of an absence depends on who opened the window': ["part(b.opener or '')", "part('')"],
    '10: a resolved firing is another one': [' .. part(state)', ''],
  },
};
