import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/entry.lua': {
    'own entries: forged ones are rejected': ['if not (moves or own.has(e.keys, id)) then', 'if false then'],
  },
  'lua/include/write.lua': {
    'own entries: marks of what is applied go': ['if e.claimed then own.forget(keys, e.position, e.forwarded) end', ''],
  },
  'lua/redrive.lua': {
    'own entries: one that is sent again stays the engine’s': [
      "if found.source == 'events' and found.own then own.mark(keys, entry) end",
      '',
    ],
  },
};
