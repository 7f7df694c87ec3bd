import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/tally.lua': {
    '7.2 R8: thr 1 is once per window': ['b.count = b.count + 1\n  return', 'b.count = b.count + 2\n  return'],
  },
  'lua/include/reactive.lua': {
    '7.2 R1: a window that is over at t can be armed again': ['t >= b.finish) then -- R1', 't > b.finish) then -- R1'],
    '7.2 R1: an arming event that is expected starts at -1': ['expects and not s.kind.valued and -1 or 0', '0'],
    '7.2 R2: arming alone does not count': ['if not expects then -- R2', 'if not expects and not arms then -- R2'],
    '7.2 R3: nothing happens unless armed': ["then return 'not-armed' end -- R3", 'then end -- R3'],
    '7.2 R4: the first window reaches back 15 minutes': ['limits.REACH_BACK_MS', 'limits.REACH_BACK_MS - 60000'],
    '7.2 R5: late is before the start': ['if t < b.start then', 'if t <= b.start then'],
    '7.2 R5: only a window that has fired rests': [
      'local opened_alone = after or b.count ~= 0 or',
      'local opened_alone = after or',
    ],
    '7.2 R5: nothing rests before its window': [' or t < b.start - w', ''],
    '7.2 R5: what an arming event opens is no rest': [
      'local opened_alone = after or b.count',
      'local opened_alone = b.count',
    ],
    '7.2 R5: a late event does not count': ["return (opened_alone or t < b.start - w) and 'late' or 'resting'", ''],
    '7.2 R6: a lapsed armed window is disarmed': ["if after then return close(e, s, b, 'disarmed') end -- R6", ''],
    '7.2 R6, R7: a window is over at its end': ['if w > 0 and t >= b.finish then', 'if w > 0 and t > b.finish then'],
    '7.2 R7: the next window starts at its event': [
      'open(s, b, t, t + w, 0) -- R7',
      'open(s, b, b.finish, b.finish + w, 0) -- R7',
    ],
    '7.2 R11: an armed trigger fires once for an arming': [
      'if after or w == 0 then\n    close',
      'if w == 0 then\n    close',
    ],
    '7.2 R11: without window every thr-th event fires': [
      'if after or w == 0 then\n    close',
      'if after then\n    close',
    ],
    '7.2 R11: after a firing the key is deaf until the end': [
      'local start = resets(e, s) and t or b.finish',
      'local start = t',
    ],
    '6: due is not before the as_of of the opening': [
      'math.max(s.within > 0 and b.finish or ev.t, ev.as_of)',
      '(s.within > 0 and b.finish or ev.t)',
    ],
    '6: a window that is over earlier than the one before it comes forward': [
      'not b.kept or not b.due or over < b.due',
      'not b.kept or not b.due',
    ],
    '7.2 R6, R11: what is closed is looked for no more': ['due.set(e, s, b.key, false)\n    window', 'window'],
    '7.2 R2: without `within` arming again keeps it longer': [
      'if opened or w == 0 then save(e, s, b, ev) end',
      'if opened then save(e, s, b, ev) end',
    ],
    '7.2 R10: without `within` what is counted keeps it longer': [
      'if opened or w == 0 then save(e, s, b, ev) else',
      'if opened then save(e, s, b, ev) else',
    ],
    '6: without `within` the 30 days count from the last event': [
      'math.max(s.within > 0 and b.finish or ev.t,',
      'math.max(b.finish,',
    ],
    '7.2 R1: without `within` nothing is armed anew': ['or w > 0 and t >= b.finish) then', 'or t >= b.finish) then'],
    '7.2 R7: without `within` no window begins anew': ['if w > 0 and t >= b.finish then', 'if t >= b.finish then'],
    '7.2 R10: what is counted is kept': ['elseif not s.kind.rich then window.change(e, s, b) end -- R10', 'end -- R10'],
  },
  'lua/include/match.lua': {
    '7.2: an event can arm and be expected: it is expected': ['[6] = true, [7] = true }', '[6] = true }'],
    '7.2: an event can arm and be expected: it arms': ['[5] = true, [7] = true }', '[5] = true }'],
  },
  'lua/include/write.lua': {
    '7.2 R6: a window that is closed is not written': ['and b.kept and not s.kind', 'and not s.kind'],
  },
  'lua/include/record.lua': {
    '1: a finished window is kept for 60 s': [
      'b.start and b.due + (s.within > 0 and limits.KEEP_MS',
      'b.start and b.due + (s.within > 0 and limits.KEEP_MS + 1000',
    ],
    '1: without `within` a key is kept for 30 days': [
      '(s.within > 0 and limits.KEEP_MS or limits.FORGET_MS)',
      '(s.within > 0 and limits.KEEP_MS or limits.FORGET_MS - 3600000)',
    ],
  },
  'lua/include/notation.lua': {
    '6: a window that was opened late says when it is due': ['if b.start and b.due ~= b.finish then', 'if false then'],
  },
  'lua/include/settle.lua': {
    '1: a finished window is forgotten': ['window.keep(e, s, b, false)\n  window.close', 'window.close'],
    '1: a finished window is forgotten no earlier': [
      'if wakes > score then return due.set(e, s, b.key, wakes) end',
      '',
    ],
  },
};
