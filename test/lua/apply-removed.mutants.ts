import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/children.lua': {
    'removed keys: a composite without its hash is forgotten': ['return due.set(e, g.state, group, false)', 'return'],
    'removed keys: a group without its hash counts no more': ['quota.add(e, g.state.name, -1)', ''],
  },
  'lua/include/settle.lua': {
    'removed keys: a window that is gone counts no more': [
      '      quota.add(e, s.name, -1)\n      damage',
      '      damage',
    ],
    'removed keys: a window that is gone is looked for no more': [
      'return due.set(e, s, key, false)\n  end\n  return',
      'return\n  end\n  return',
    ],
  },
  'lua/include/order.lua': {
    'removed keys: a follower without its hash holds up nobody': ['if event then engine', 'if true then engine'],
  },
};
