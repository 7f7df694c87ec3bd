import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/composite.lua': {
    '9.1: one needed: fires with the first alone': [
      'if c.needed == 1 then return firing',
      'if false then return firing',
    ],
    '9.2: what is outdated does not count': ['children.drop(g, as_of, -math.huge)', ''],
    '9.4: one event advances a sequence by one step': [
      "if c.type == 'sequence' and #received > 1 then",
      'if false then',
    ],
    '9.7: event and time are those of the firing stored last': [
      'then completing = f end',
      'then completing = completing or f end',
    ],
    '9.7: all that was stored is used up': ['if documents then g.stored = {} end', ''],
    '9: each group is on its own': ['key.of_document(f.doc, c.names)', 'key.of_document(nil, c.names)'],
    '9.3: a firing too old for the others is dropped': ['if f.time >= oldest then', 'if true then'],
    '9.3: exactly `within` apart stays': ['newest - g.composite.within', 'newest - g.composite.within + 1'],
    '9.4: the next step is preferred': ['if f.trigger.child == step then return f end', ''],
    '9.4: else the first is kept': ['return received[1]', 'return received[#received]'],
    '9.4: equal times go by application': [
      's.time == before.time and s.number < before.number',
      's.time == before.time',
    ],
    '9.5: a stored newer firing stays': ['if old and old.time > f.time then return false end', ''],
    '9.5: an equally old one is replaced': ['old.time > f.time', 'old.time >= f.time'],
    '9.6: a compound needs so many': ['present >= c.needed', 'present > c.needed'],
    '9.6: a sequence needs its order': ['return progress(g) == #c.children', 'return next(g.stored) and true'],
    '9: a child is kept 60 s beyond its use': ['limits.KEEP_MS', 'limits.KEEP_MS - 1000'],
    '9: a child is kept at least until as_of and 60 s': [
      'math.max(f.time + within, as_of) + KEEP_MS',
      'f.time + within + KEEP_MS',
    ],
    '9: without `within` a child is kept for 30 days': [
      'limits.KEEP_UNLIMITED_MS',
      'limits.KEEP_UNLIMITED_MS - 3600000',
    ],
  },
  'lua/include/children.lua': {
    '9: what is dropped is removed': ["elseif #g.gone > 0 then redis.call('HDEL', g.name, unpack(g.gone)) end", 'end'],
    '9.7: what is used up goes before what is stored anew in the same call': [
      'if g.emptied or g.fresh then',
      'if g.fresh then',
    ],
    '8.2: the deadline of a group comes forward': [
      'if not g.indexed or earliest < g.indexed then',
      'if not g.indexed then',
    ],
    '9.3: what is older than `within` is dropped': ['or s.time < oldest then', 'then'],
    '8.2: a child is forgotten at its keep_until': ['if s.keep <= as_of or', 'if s.keep < as_of or'],
    '13: a changed child counts no more': ['if c.known[child] then', 'if true then'],
    '9: children in declared order': [
      'for _, child in ipairs(g.composite.children) do',
      'for child in pairs(g.stored) do',
    ],
  },
  'lua/include/match.lua': {
    '7.1, 3: an event meets all triggers of an automation before its composites': ['flags >= LAST', 'true'],
  },
  'lua/include/walk.lua': {
    '7.1, 3.2: composites after their children': [
      'group.composite.order > deepest.composite.order',
      'group.composite.order < deepest.composite.order',
    ],
    '7.1, 3.2: firings of children in declared order': [
      'return a.trigger.order < b.trigger.order',
      'return a.trigger.order > b.trigger.order',
    ],
  },
  'lua/include/told.lua': {
    '10: the labels of a firing are those of its key': ['key.values(f.key, #names)', "{ 'x', f.key }"],
  },
};
