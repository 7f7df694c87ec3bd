import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/tally.lua': {
    '17.8: an event that is counted is collected': ['if most then collect(x, ev, most) end', ''],
    '17.8: all of them are counted': ['  x.counted = x.counted + 1\n', '  x.counted = 1\n'],
    '17.8: no more than asked for are kept': ['if kept > most or bytes >', 'if bytes >'],
    '17.8: as many as asked for are kept': ['if kept > most or bytes >', 'if kept >= most or bytes >'],
    '17.8: the oldest go first': ['for i = #list, 1, -1 do\n    bytes, kept', 'for i = 1, #list do\n    bytes, kept'],
    '17.8: no more than a million bytes': ['or bytes > limits.COLLECTED_BYTES', ''],
    '17.8: the event that arms is not among them': [
      '    b.count = b.count + 1\n    if opened then return end',
      '    b.count = b.count + 1',
    ],
    '17.8: of a firing the last of them': ['math.max(1, #list - most + 1)', '1'],
    '17.8: those of earlier calls are read': [
      "redis.call('HGET', e.prefixes.last .. s.name, M.field(one.number, b.key))",
      'nil',
    ],
    '17.8: those of this call are known': ['(b.extra.documents and b.extra.documents[one.number] or', '(false or'],
    '17.8: a document that is no longer needed goes': [
      '    x.gone = x.gone or {}\n    x.gone[#x.gone + 1] = one.number\n',
      '',
    ],
    '17.8: also where it was not written yet': ['    x.documents[one.number] = nil\n', ''],
    '17.8: they go with the window': ['for _, one in ipairs(x.collected or {}) do M.drop(x, one) end', ''],
    '17.8: also with a sliding one': ['for _, one in ipairs(x.list or {}) do M.drop(x, one) end', ''],
    '17.8: the next window begins with none': [
      'x.values, x.counted, x.collected, x.idle = nil, nil, nil, nil',
      'x.values, x.collected, x.idle = nil, nil, nil',
    ],
    '17.8: each has a number of its own': ['x.numbered, x.documents = x.numbered + 1,', 'x.numbered, x.documents = 1,'],
  },
  'lua/include/sliding.lua': {
    '17.8: a sliding window collects, too': ['one.number, one.bytes = kept.number, kept.bytes', ''],
    '17.8: in the order in which they were applied': ['return a.number < b.number end)', 'return a.time < b.time end)'],
    '17.8: what leaves the list goes': [
      'while events[1].time <= newest - s.within do tally.drop(x, table.remove(events, 1)) end',
      'while events[1].time <= newest - s.within do table.remove(events, 1) end',
    ],
    '17.8: what a newer time replaces goes': [
      'if old then tally.drop(x, table.remove(events, old)) end',
      'if old then table.remove(events, old) end',
    ],
    '17.8: of equal times the first stays': ['events[old].time >= ev.t then', 'events[old].time > ev.t then'],
    '17.8: no more than a million bytes': ['if collects then tally.bound(x, by_number(x.list), math.huge) end', ''],
    '17.8: all that are in the list are counted': ['by_number(x.list), count) end', 'by_number(x.list), 1) end'],
  },
  'lua/include/alert.lua': {
    '17.8: documents are written': [
      'for number, document in pairs(b.extra.documents or {}) do',
      'for number, document in pairs({}) do',
    ],
    '17.8: and removed': ['for _, number in ipairs(b.extra.gone or {}) do', 'for _, number in ipairs({}) do'],
  },
  'lua/include/absence.lua': {
    '17.8: an absence brings what was too few': [
      'if s.kind.rich then tally.attach(e, s, b, fired, b.extra.collected or {}, b.extra.counted) end',
      '',
    ],
  },
  'lua/include/reactive.lua': {
    '17.8: a firing brings what was counted': [
      'if s.kind.rich then tally.attach(e, s, b, fired, b.extra.collected or {}, b.extra.counted) end',
      '',
    ],
  },
  'lua/include/window.lua': {
    '17.8: they end with a window that is closed': ['if b.extra then tally.clear(b.extra) end\n  b.keep', 'b.keep'],
  },
  'lua/include/extra.lua': {
    '17.8: how many there were is kept': ['counted = true, numbered = true }', 'counted = false, numbered = true }'],
    '17.8: what was collected is kept': ['if x.collected then text', 'if false then text'],
  },
  'lua/include/firing.lua': {
    '17.8: they stand in the ledger': ['  if f.collected then\n', '  if false then\n'],
  },
};
