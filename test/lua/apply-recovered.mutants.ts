import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/absence.lua': {
    '8.1, over already: the alert ends': ['if over then alert.forget(s, b) elseif s.kind.rich', 'if s.kind.rich'],
    '8.1, over already: when enough came, not before': [
      'return times[b.alert.missing] or false end',
      'return times[1] or false end',
    ],
    '8.1, over already: at the first time that was enough': [
      'return times[b.alert.missing] or false end',
      'return times[#times] or false end',
    ],
    '8.1, over already: what came makes up for some': ['b.alert.missing = b.alert.missing - #times', ''],
    '8.1, over already: the end of the window lies behind it': ['finish, math.huge)', 'finish + 1, math.huge)'],
    '8.1, over already: what came in the window makes up for nothing more': [
      'finish, math.huge)',
      '-math.huge, math.huge)',
    ],
    '8.1, over already: it does not go up into a compound that needs others': [
      'if over and alert.keeper(e, fired.trigger) then',
      'if false then',
    ],
    '8.1, over already: the end is a firing': ['if over and s.kind.rooted then', 'if false then'],
    '8.1, over already: only at the root': ['if over and s.kind.rooted then', 'if over then'],
    '9, taken back: the compound that has a firing is known': [
      'if b.alert then b.alert.place = alert.place(e, fired) end',
      '',
    ],
  },
  'lua/include/firing.lua': {
    '8.1, over already: with the event of the firing': [
      "new(f.trigger, f.key, 'Resolved', time, f.doc,",
      "new(f.trigger, f.key, 'Resolved', time, false,",
    ],
  },
  'lua/include/alert.lua': {
    '9, taken back: a compound that needs one keeps nothing': [' and parent.needed > 1 and parent', ' and parent'],
    '9, taken back: a sequence keeps what happened': ["parent and parent.type == 'compound' and", 'parent and'],
    '9, taken back: a firing leaves its compound': ['if place then M.take_back(', 'if false then M.take_back('],
    '9, taken back: also in a later call': ['b.alert.place or stored(e, s, b, PLACE)', 'b.alert.place'],
    '9, taken back: also in the same call': ['b.alert.place or stored(e, s, b, PLACE)', 'stored(e, s, b, PLACE)'],
    '9, taken back: not the firing of another key': [
      ' or children.document(g, trigger.child):sub(ID + 1, ID + #id) ~= id then return end',
      ' then return end',
    ],
    '9, taken back: nothing is left of it': [
      'g.stored[trigger.child], g.gone[#g.gone + 1] = nil, trigger.child',
      'g.stored[trigger.child] = nil',
    ],
    '9, taken back: the compound is written': ['  children.save(e, g)\n', ''],
    '9, taken back: its place is kept': [
      'if a and a.place then set[#set + 1], set[#set + 2] = PLACE .. b.key, a.place end',
      '',
    ],
    '9, taken back: its place is removed': ['{ EVENT, PLACE, CAUSE, FIRED }', '{ EVENT, CAUSE, FIRED }'],
    '9, taken back: the place of an alert that ended is no longer needed': [
      'or not s.kind.rooted or s.kind.rich',
      'or s.kind.rich',
    ],
  },
};
