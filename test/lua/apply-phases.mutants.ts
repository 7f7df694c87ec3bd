import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/queue.lua': {
    '8.2: of one trigger by key': ['bytes.before(a.key, b.key)', 'bytes.before(b.key, a.key)'],
  },
  'lua/include/bytes.lua': {
    '8.2: a shorter name goes first': ['return #a < #b', 'return #a > #b'],
  },
  'lua/include/due.lua': {
    '8.2: windows that are opened and end within a chunk are settled in it': ['if at <= e.bound then', 'if false then'],
    '8.2: what a chunk brings and does not reach is the next one as well': [
      'elseif at < e.beyond then',
      'elseif false then',
    ],
    '8.2: nothing that is due is passed over': ['if at < e.head then e.head = at end', ''],
    '8.2: one of a page after the other': ['if top.paged then take_next(e, top.s) end', ''],
  },
  'lua/include/latest.lua': {
    '8.1: the last event of the same call is reported': ['if b.last then return b.last end', ''],
  },
  'lua/include/window.lua': {
    '6: the keys of a page are those that this call knows': [
      'if not state.window(s, page[i]) then keys',
      'if true then keys',
    ],
    '6: a key has one window in a call': [
      'local b = state.window(s, key) or M.read(e, s, key)',
      'local b = M.read(e, s, key)',
    ],
    '8.2: a deadline comes forward': ['not (b.listed and b.listed <= at)', 'not b.listed'],
    '8.2: a window that is gone has no place': [
      'b.listed = false\n    due.set(e, s, b.key, false)',
      'b.listed = false',
    ],
  },
  'lua/include/state.lua': {
    '6: a trigger keeps its first window beside the second one': [
      '{ [s.first.key] = s.first, [b.key] = b }',
      '{ [b.key] = b }',
    ],
  },
  'lua/include/write.lua': {
    '6: more than one window of a trigger is written': ['if b and b.next == true and', 'if b and'],
    '6: what is closed is removed': ['gone[#gone + 1] = key end\n    if', 'do end end\n    if'],
    '6: the event that an absence would report is kept': ['if last_set[1] then', 'if false then'],
    '6: the event of a closed window is removed': ['if last_gone[1] then', 'if false then'],
    '6: all windows of a trigger that changed are written': [
      'b = b.next\n  until b == true',
      'b = b.next\n  until true',
    ],
    '8.2: the place among the triggers only comes forward': [
      "'ZADD', e.keys.due, 'LT', unpack",
      "'ZADD', e.keys.due, unpack",
    ],
    '9: what is stored of children is written': [
      'for _, group in ipairs(e.changed_groups) do children.write(group) end',
      '',
    ],
  },
  'lua/include/children.lua': {
    '9: a group is one in a call': [
      'groups[group] = groups[group] or read(e, c, group)',
      'groups[group] = read(e, c, group)',
    ],
  },
};

export const protections: Mutants = {
  'lua/include/context.lua': {
    'what was decided once: windows': [
      'e.states, e.touched, e.groups, e.changed_groups = {}, {}, {}, {}',
      'e.states, e.touched, e.groups, e.changed_groups = {}, e.touched or {}, {}, {}',
    ],
    'what was decided once: the clock': [
      'e.newest, e.arrival, e.lag, e.clock_moved = e.stored_newest, e.stored_arrival, false, false',
      'e.newest, e.arrival, e.lag = e.newest or e.stored_newest, e.arrival or e.stored_arrival, false',
    ],
    'what was decided once: commands': [
      'e.commands, e.counts, e.grown, e.over = {}, {}, {}, 0',
      'e.commands, e.counts, e.grown, e.over = e.commands or {}, {}, {}, 0',
    ],
    'what was decided once: counts': [
      'e.commands, e.counts, e.grown, e.over = {}, {}, {}, 0',
      'e.commands, e.counts, e.grown, e.over = {}, e.counts or {}, {}, 0',
    ],
    'what was decided once: quotas': [
      'e.commands, e.counts, e.grown, e.over = {}, {}, {}, 0',
      'e.commands, e.counts, e.grown, e.over = {}, {}, e.grown or {}, 0',
    ],
    'what was decided once: groups of children': [
      'e.states, e.touched, e.groups, e.changed_groups = {}, {}, {}, {}',
      'e.states, e.touched, e.groups, e.changed_groups = {}, {}, e.groups or {}, {}',
    ],
    'what was decided once: ids': [
      'e.generations, e.buckets = false, {}',
      'e.generations, e.buckets = e.generations, e.buckets or {}',
    ],
    'what was decided once: parked events': [
      'e.parked, e.followers, e.released, e.held = {}, {}, {}, {}',
      'e.parked, e.followers, e.released, e.held = e.parked or {}, e.followers or {}, e.released or {}, {}',
    ],
  },
  'lua/include/log.lua': {
    'what one call settles is not used up by what is decided anew': ['e.budget = budget', ''],
    'a chunk that is split keeps what became of its first entries': [
      'if ok then return word, reached, words end',
      "if ok then return word, reached, word == 'more-due' and {} or words end",
    ],
  },
  'lua/include/match.lua': {
    'a window that cannot be read fails the events that meet it': ["if type(b) == 'string' then error(b, 0) end", ''],
  },
  'lua/include/wire.lua': {
    'the entries of a chunk begin where they are': [
      'chunk.event, chunk.digest, chunk.match, chunk.next_rest = 0, 0, 0, chunk.rest',
      'chunk.event, chunk.digest, chunk.match = 0, 0, 0\n  chunk.next_rest = chunk.next_rest > 0 and chunk.next_rest or chunk.rest',
    ],
  },
  'lua/include/window.lua': {
    'a window that cannot be read fails no other event': [
      'if text and not pcall(notation.read, b, text) then',
      'if text and notation.read(b, text) then',
    ],
  },
  'lua/include/notation.lua': {
    'a window with an unknown word is none': ["else\n      error('no window', 0)", 'else\n      do return end'],
    'a window without its times is none': ['if not b.alert and not b.hold then', 'if false then'],
  },
  'lua/include/check.lua': {
    'types: the counters': ["check_type(k.counters, 'hash')", ''],
    'types: the quotas used': ["check_type(k.quota_used, 'hash')", ''],
    'types: the deadlines of a trigger': ["if d and not d.visited then check_type(due.key(e, s), 'zset') end", ''],
    'types: the last events of a trigger': [
      "if s.changed and s.kind.whole then check_type(p.last .. s.name, 'hash') end",
      '',
    ],
    'types: streams and the sets of parked events': ['if TYPES[name] then check_type(key, TYPES[name]) end', ''],
  },
  'lua/include/typed.lua': {
    'types: what is not there yet may be made': [
      "if found ~= wanted and found ~= 'none' then",
      'if found ~= wanted then',
    ],
  },
  'lua/include/packed.lua': {
    'a chunk may have more matches than Lua takes values': ['if count <= limits.SLICE then', 'if true then'],
  },
};
