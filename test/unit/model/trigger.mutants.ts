import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/trigger.ts': {
    '5.2: the shortest Proactive window is 10 s': ['SHORTEST_PROACTIVE_MS = 10_000', 'SHORTEST_PROACTIVE_MS = 9_000'],
    '5.3: all children are needed for "all"': ['all: triggers.length }', 'all: 1 }'],
    '5.3: require alone makes a compound': ["? 'sequence' : 'compound'", "? 'compound' : 'sequence'"],
  },
};
