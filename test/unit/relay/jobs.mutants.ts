import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/relay/jobs.ts': {
    'deduplication: each repeat is recognised as long': [
      'ttl: DEDUPLICATION_TTL_MS, extend: true }',
      'ttl: DEDUPLICATION_TTL_MS }',
    ],
  },
};
