import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/match/payload-index.ts': {
    'a number is no text': [
      "(value: Literal): string {\n  if (typeof value === 'string')",
      "(value: Literal): string {\n  if (typeof value !== 'boolean')",
    ],
    'no inherited key is looked at': ['if (Object.hasOwn(map, key)) collectBelow', 'collectBelow'],
    'what is taken out leaves nothing': ['if (place.inner?.size === 0) place.inner = undefined;', ''],
  },
};
