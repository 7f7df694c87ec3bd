import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/position.lua': {
    'a lost position is found by what is acknowledged': ['position = by_group(keys)', "position = '0-0'"],
    'a lost position is found by the ids that are remembered': [
      'if stream.after(remembered, position) then position = remembered end',
      '',
    ],
  },
};
