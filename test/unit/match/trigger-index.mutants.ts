import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/trigger-index.ts': {
    '14: more than 8 causes are too many': ['LONGEST_CAUSE_CHAIN = 8', 'LONGEST_CAUSE_CHAIN = 9'],
    '14: an automation does not see what it caused': ['if (isExcluded(entry, event)) continue;', ''],
    '14: unless it wants to': ['!seesItself && event', 'event'],
    '7.1: automations in order of id': [
      'compareText(a.node.automationId, b.node.automationId) ||',
      'compareText(b.node.automationId, a.node.automationId) ||',
    ],
    '7.1: triggers depth first': ['a.node.order - b.node.order', 'b.node.order - a.node.order'],
    '13: a disabled automation sees nothing': ['if (!plan.automation.enabled) return;', ''],
  },
  'src/match/interest.ts': {
    '6: no pattern means any event': [
      "compileNames(trigger.expect.length === 0 ? ['*']",
      "compileNames(trigger.expect.length < 0 ? ['*']",
    ],
  },
};
