import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cli/testing/expectation.ts': {
    'what is not expected must not come': ['unexpected: allowOther ? [] :', 'unexpected: true ? [] :'],
    'one firing meets one expectation': ['if (!fit || tried.has(firing)) continue;', 'if (!fit) continue;'],
    'a firing gives way to an expectation that only it meets': [
      'if (holder !== undefined && !place(holder, tried)) continue;',
      'if (holder !== undefined) continue;',
    ],
    'all jobs of a firing are named': ['if (expected.length !== jobs.length) return false;', ''],
  },
  'src/cli/testing/run-test.ts': {
    'a job that cannot be made fails the test': ['+ refused.length === 0', '=== 0'],
  },
};
