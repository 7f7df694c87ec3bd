import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/clearing.lua': {
    'rules 13, clear: the alert goes': [
      'if b.alert then alert.forget(s, b) end',
      'if false then alert.forget(s, b) end',
    ],
    'rules 13, clear: early times go': ['early.forget(e, s, b.key)', 'early.times(e, s, b.key, e.as_of, 0, 0)'],
    'rules 13, clear: parked events hold it no more': ['hold.release(e, s, b)', 'b.hold = false'],
    'rules 13, clear: a standing window opens again': ['if opens and s.kind.standing', 'if false and s.kind.standing'],
    'rules 13, clear: not of a disabled automation': ['if opens and s.kind.standing', 'if s.kind.standing'],
    'rules 13, clear: its last event goes': [
      "engine.later(e, 'HDEL', e.prefixes.last .. s.name, b.key)",
      "engine.later(e, 'HDEL', e.prefixes.last .. s.name, '')",
    ],
    'rules 13, clear: groups of composites go': ['return group(e, trigger, key)', 'return'],
    'rules 13, clear: what section 17 keeps goes': [
      'if b.extra then forget_extra(b.extra) end',
      'if b.extra then tally.clear(b.extra) end',
    ],
  },
};
