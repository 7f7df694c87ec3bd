import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/firing.lua': {
    '10: a firing id depends on the key': [' .. part(encoded)', ''],
    '10: a firing id depends on its trigger': ['trigger.stem .. part(encoded)', 'part(encoded)'],
    '10: the id of an absence depends on who opened the window': ["part(b.opener or '')", "part('')"],
    '10: a resolved firing is another one': [' .. part(state)', ''],
  },
  'lua/include/notation.lua': {
    '6: a window keeps the id of its opener': ['if b.start and b.opener then', 'if false then'],
  },
  'src/match/plan.ts': {
    '10: a firing id depends on the definition': [', tree].map(lengthened)', '].map(lengthened)'],
    '10: a firing id depends on the place': ['[automationId, path, tree]', '[automationId, tree]'],
  },
};
