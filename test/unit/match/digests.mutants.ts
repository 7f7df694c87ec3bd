import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/plan.ts': {
    '10: ids of firings of documents without new keys stay': ['? [more] : []', '? [more] : [0]'],
    '17.11: what is counted belongs to the definition': [
      '    distinct,\n    sum,\n',
      '    distinct: distinct ?? sum,\n',
    ],
    '17.11: a condition belongs to the definition': ['    where,\n', ''],
    '17.11: the kind of window belongs to the definition': ['    sliding,\n    reset:', '    reset:'],
    '17.11: the conditions of patterns belong to the definition': [
      'trigger.expect.map(plainPattern)',
      "trigger.expect.map((one) => (typeof one === 'string' ? one : one.events))",
    ],
    '17.11: a quiet time is none of the definition': [
      '    sliding,\n    reset:',
      '    sliding,\n    cooldown: trigger.cooldownMs,\n    reset:',
    ],
    '17.11: nor are reminders': [
      '    sliding,\n    reset:',
      '    sliding,\n    remind: trigger.remindMs ?? trigger.remindLimit,\n    reset:',
    ],
    '17.11: nor is what is collected': [
      '    sliding,\n    reset:',
      '    sliding,\n    collect: trigger.collect,\n    reset:',
    ],
    '17.11: nor is what empties a composite': [
      'trigger.withinMs, trigger.forEach];',
      'trigger.withinMs, trigger.forEach, trigger.unless];',
    ],
    '17.11: what resets belongs to the definition': ['    reset: reset?.map(plainPattern),\n', ''],
    '17.11: when it resolves belongs to the definition': ['plainPattern), resolve.afterMs]', 'plainPattern)]'],
  },
};
