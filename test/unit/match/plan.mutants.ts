import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/plan.ts': {
    '13: another threshold is another definition': [
      '    trigger.threshold,\n    trigger.withinMs,\n    plainSpec',
      '    trigger.withinMs,\n    plainSpec',
    ],
    '13: `repeat` never touches state': [
      '    trigger.forEach,\n    ...(Object',
      '    trigger.forEach,\n    trigger.repeat,\n    ...(Object',
    ],
    '13: another `within` of a composite is another definition': [
      'trigger.require, trigger.withinMs, trigger.forEach]',
      'trigger.require, trigger.forEach]',
    ],
    '13: a stored child goes with everything below it': ['treeSince}`', 'ownSince}`'],
    '8.2: triggers of an automation in depth-first order': [
      'String.fromCharCode(0x5f + index.length) + index',
      'index',
    ],
  },
};
