import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/apply/match-entry.ts': {
    '7.1: ignored names are not applied': ['if (view.ignored.has(event.event) &&', "if (event.event === '-' &&"],
  },
  'src/apply/chunk.ts': {
    '6: events of one chunk and key meet one window': ['keys.set(text, at);', ''],
    '12.2: nobody waits for itself': [' && event.follows !== event.id', ''],
  },
};
