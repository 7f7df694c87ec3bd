import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/settle.lua': {
    'a window that cannot be read does not hold up the others': [
      'local ok, fault = pcall(visit, e, name, key, score)',
      'local ok, fault = true, visit(e, name, key, score)',
    ],
  },
  'src/apply/applier.ts': {
    'the infrastructure is never the fault of an entry': ['      if (isInfrastructure(error)) throw error;', ''],
    'an entry is blamed only when it is alone in its call': [
      'if (batch.suspect() === 1) await',
      'if (batch.suspect() > 0) await',
    ],
  },
};
