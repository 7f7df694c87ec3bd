import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cel/comparisons.ts': {
    'of `||` both sides have to be about the path': ["node.operator === '&&'", 'true'],
    'of `||` each value may stand there': ['[...values, ...other.values]', '[...values]'],
    'what a double changes is no literal': [
      'Number.isSafeInteger(Number(value)) ? Number(value) : undefined',
      'Number(value)',
    ],
    'only the payload is looked at': ["node.name === 'payload' ? [] : undefined", '[]'],
  },
};
