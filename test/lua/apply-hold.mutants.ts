import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/settle.lua': {
    '12.2: somebody is woken for a follower': [
      "order.wake(e, held and '' or engine.wake(e))",
      "held and '' or engine.wake(e)",
    ],
  },
  'lua/include/hold.lua': {
    '6: what only arms is awaited by nobody': [
      'if (expects or match.resets(more)) and s.kind.proactive and not',
      'if s.kind.proactive and not',
    ],
    '6: a parked event holds the keys that expect it': [
      'if (expects or match.resets(more)) and s.kind.proactive and not',
      'if false and not',
    ],
    '6: every parked event holds its keys': ['b.hold = (b.hold or 0) + 1', 'b.hold = 1'],
    '6: a key waits for the last of its parked events': ['b.hold > 1 and b.hold - 1 or false', 'false'],
    '6: what waited is due when the event has come back': ['then b.due = math.max(b.due, as_of) end', 'then end'],
    '13: of a disabled trigger nothing is settled': ["'enabled') == '1' or not", "'enabled') or not"],
    '12.2: nothing is left of an event that has come back': ["engine.later(e, 'HDEL', e.keys.holds, id)", ''],
    '12.2: an event that has come back holds nothing': ['do lift(e, cell[1], cell[2], as_of) end', 'do end'],
    '12.2: which keys an event holds is kept': [
      "  engine.later(e, 'HSET', e.keys.holds, ev.id, cjson.encode(held))\n",
      '',
    ],
    '12.2: another copy of an event holds nothing more': ["and not known[s.name .. '\\n' .. b.key] then", 'then'],
    '12.2: nor where both are parked by one call': ['  if e.held[id] then return e.held[id] end\n', ''],
  },
  'lua/include/notation.lua': {
    '6: a window keeps how many parked events it waits for': ['if b.hold then text', 'if false then text'],
  },
  'lua/include/record.lua': {
    '8.2: no deadline of a key that waits is settled': ['if b.hold then\n', 'if false then\n'],
  },
  'lua/include/engine.lua': {
    '8.2: nobody is woken for what waits': [' or e.head >= limits.HELD then', ' then'],
    '12.2: the namespace says how long a follower waits': ['tonumber(set[2]) or limits.WAIT_MS', 'limits.WAIT_MS'],
  },
  'lua/include/entry.lua': {
    '7.1: what is due comes out before an event is parked': [
      'if e.head <= ev.as_of and',
      'if not waits and e.head <= ev.as_of and',
    ],
    '12.2: a parked event holds the absences that it may disprove': [
      '  hold.set(e, e.chunk, ev)\n',
      '  wire.pass(e.chunk, ev)\n',
    ],
    '12.2: without a wait nobody follows': ['engine.settings(e).wait_ms > 0 and ', ''],
    '12.2: an event that comes back twice holds nothing': [
      'wire.pass(chunk, ev) end\n    if returns then hold.lift(e, ev.id, ev.as_of) end',
      'wire.pass(chunk, ev) end',
    ],
    '12.2: an event that comes back and is set aside holds nothing': [
      'hold.lift_entry(e, fields, time - engine.lag(e))',
      '',
    ],
    '12.2: an event that has come back and been applied holds nothing': [
      'if returns then hold.lift(e, ev.id, ev.as_of) end\n  if e.waits',
      'if e.waits',
    ],
  },
};
