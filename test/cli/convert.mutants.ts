import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cli/sigma/correlation.ts': {
    'more than N are N + 1': ['Math.floor(value) + 1', 'Math.floor(value)'],
    'an upper bound is no threshold': [
      "(word !== 'gte' && word !== 'gt') || others.length > 0",
      "(word !== 'gte' && word !== 'gt')",
    ],
    'other fields under one alias are no key': ['if (others.length === 0) return only;', 'return only;'],
  },
  'src/cli/sigma/field.ts': {
    'a wildcard that is escaped stands for itself': [
      'escaped?: string, wild?: string',
      'wild?: string, escaped?: string',
    ],
  },
};
