import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/trigger.ts': {
    '5.5: an automation has at most 1000 triggers': ['TRIGGERS_LIMIT = 1_000', 'TRIGGERS_LIMIT = 2_000'],
    '5.3: require alone makes a compound': ["? 'sequence' : 'compound'", "? 'compound' : 'sequence'"],
  },
  'src/model/event-trigger.ts': {
    '1: the shortest Proactive window is 1 s': ['SHORTEST_PROACTIVE_MS = 1_000', 'SHORTEST_PROACTIVE_MS = 900'],
    '5.2: a Proactive window of 0 is one of 10 s': ['DEFAULT_PROACTIVE_MS = 10_000', 'DEFAULT_PROACTIVE_MS = 9_000'],
    '5.2: posture is Reactive unless it is given': ["=== 'Proactive' ? 'Proactive'", "!== 'Reactive' ? 'Proactive'"],
  },
  'src/model/composite-trigger.ts': {
    '5.3: all children are needed for "all"': ['all: triggers.length }', 'all: 1 }'],
  },
};
