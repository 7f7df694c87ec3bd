import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/proactive.lua': {
    '7.3 P1: an arming event that is expected starts at -1': ['expects and -1 or 0', '0'],
    '7.3 P2: an older arming event is not remembered': [
      'elseif arms and t >= b.start then -- P2',
      'elseif arms then -- P2',
    ],
    '7.3 P2: arming again is remembered': ['elseif arms and t >= b.start then -- P2', 'elseif false then -- P2'],
    '7.3 P3: arming alone is no recovery': ['if arms and expects and b.alert_until', 'if arms and b.alert_until'],
    '7.3 P3: a heartbeat ends the alert': ['then recovery = resolve(e, s, b, ev) end -- P3', 'then end -- P3'],
    '7.3 P3: but not one older than the alert': [
      'b.alert_until and t >= b.alert_start then recovery',
      'b.alert_until then recovery',
    ],
    '7.3 P4: a keyed standing window starts at its first event': [
      'open(s, b, ev, 0)\n    b.keep = keep',
      'window.open(b, t - 5000, t + s.within, 0, ev.as_of, ev.id)\n    b.silent, b.keep = 0, keep',
    ],
    '7.3 P5: arming alone does not count': ['if not expects then return word .. recovery end -- P5', ''],
    '7.3 P6: a missed count is made up event by event': [
      'b.alert_missing = b.alert_missing - 1',
      'b.alert_missing = 0',
    ],
    '7.3 P6: an event older than the alert makes up for nothing': ['or t < b.alert_start then', 'then'],
    '7.3 P7: a late event does not count': ["if t < b.start then return 'late' .. recovery end -- P7", ''],
    '7.3 P8: a counted event ends the silence': [
      'b.silent = b.count + 1, keep, kind.standing and 0 -- P8',
      'b.silent = b.count + 1, keep, b.silent -- P8',
    ],
    '7.3 P8: a counted event is remembered': ['b.last = ev.doc\n  if b.count', 'if b.count'],
    '7.3 P9: thr events satisfy': ['if b.count < s.threshold then return (', 'if b.count <= s.threshold then return ('],
    '7.3 P10: a heartbeat goes on': ['if kind.after and not arms then -- P10', 'if kind.after then -- P10'],
    '7.3 P10: a satisfied window closes at once': ["window.close(s, b)\n    word = 'satisfied'", "word = 'satisfied'"],
    '7.3 P11: a window starts anew at the satisfying event': [
      "open(s, b, ev, 0)\n    word = 'restarted'",
      "b.count = 0\n    word = 'restarted'",
    ],
    '7.3 P10, P11: an alert ends when a window is satisfied': [
      'if b.alert_until then recovery = resolve(e, s, b, ev) end',
      '',
    ],
    '1: a silent key is remembered for 30 days': ['limits.FORGET_MS', 'limits.FORGET_MS - 86400000'],
    '6: the 30 days of a key count from its last event': ['math.max(t, ev.as_of) + FORGET_MS', 't + FORGET_MS'],
  },
  'lua/include/settle.lua': {
    '8.1: without repeat only the first alert of a silence': [' and not (trigger.once and b.silent == 1)', ''],
    '6: an alert is forgotten 30 days after its firing': ['b.due + FORGET_MS', 'finish + FORGET_MS'],
    '8.1: silence is noted': ['b.silent = s.kind.standing and 1', 'b.silent = s.kind.standing and 0'],
    '8.1: windows that are over are one firing': ['finish + math.floor((at - finish) / s.within) * s.within', 'finish'],
    '8.1: windows never drift': ['finish + math.floor((at - finish) / s.within) * s.within', 'at'],
    '8.2: a window is settled with its due': [
      'M.window(e, s, b, b.due, b.due)',
      'M.window(e, s, b, b.finish, b.finish)',
    ],
  },
  'lua/include/record.lua': {
    '6: a window keeps the 30 days of its key': ['if b.start and b.keep then', 'if false then'],
    '6: a window says whether it is silent': ['if b.start and b.silent then', 'if false then'],
    '6: a window keeps its alert': ['if b.alert_until then text = text', 'if false then text = text'],
    '8: a window wakes when its alert is forgotten': ['b.alert_until or math.huge', 'math.huge'],
  },
  'lua/include/window.lua': {
    '6: due is not before the as_of of the opening': ['math.max(finish, as_of)', 'finish'],
  },
  'lua/include/walk.lua': {
    '7.1, 3.1: an event settles its own window first': ['if ev.t > ev.as_of then settle_own(e, matches, ev) end', ''],
    '7.1, 3.1: a window is over at its end': ['b.finish <= ev.t', 'b.finish < ev.t'],
  },
};
