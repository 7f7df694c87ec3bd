import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/children.lua': {
    'removed keys: a composite without its hash is forgotten': [
      'if g.fresh then return due.correct(e, c.name, group, false) end',
      '',
    ],
  },
  'lua/include/order.lua': {
    'removed keys: a follower without its hash holds up nobody': ['if event then redis', 'do redis'],
  },
};
