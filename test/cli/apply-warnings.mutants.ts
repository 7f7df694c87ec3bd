import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cli/verbs/apply.ts': {
    '--strict applies nothing when there is a warning': ['if (errors.length > 0)', 'if (errors.length > 99)'],
    'equal names are no error': ['warningLines(doubtful) : []', '[...named, ...warningLines(doubtful)] : []'],
    'a hint is no error': ["findings.flat().filter(({ grade }) => grade === 'warning')", 'findings.flat()'],
  },
  'src/doctor/surroundings.ts': {
    'only a queue without worker is warned of': ['attended.has(queue) ? null : queue', 'queue'],
  },
};
