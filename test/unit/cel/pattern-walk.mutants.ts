import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cel/pattern-walk.ts': {
    'a character is remembered with what it matches': ['characters.matchesLast = matches;', ''],
    'an empty instruction asks for all it names': [
      '(args[place] as number) & ~around',
      '(args[place] as number) & ~around & 3',
    ],
    'a character may have two units': ['rune > 0xffff ? 2 : 1', '1'],
  },
};
