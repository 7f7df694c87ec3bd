import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/model/intake.ts': {
    'broken bytes are refused': ['if (text.includes(REPLACEMENT))', 'if (text === REPLACEMENT)'],
    'a document is bounded before it is parsed': [
      'if (length * 3 <= DOCUMENT_LIMIT_BYTES || bytes() <= DOCUMENT_LIMIT_BYTES) return;',
      'if (length > 0) return;',
    ],
  },
};
