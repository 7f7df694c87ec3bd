import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/arming.lua': {
    '7.3 P1: an arming event that is expected starts at -1': [
      '#times - (expects and not s.kind.valued and 1 or 0)',
      '#times',
    ],
  },
  'lua/include/tally.lua': {
    '7.3 P9: thr events satisfy': ['return b.count >= s.threshold', 'return b.count > s.threshold'],
  },
  'lua/include/proactive.lua': {
    '7.3 P2: an older arming event is not remembered': [
      'elseif arms and t >= b.start then -- P2',
      'elseif arms then -- P2',
    ],
    '7.3 P3: arming alone is no recovery': ['if not (arms and expects and b.alert)', 'if not (arms and b.alert)'],
    '7.3 P3: a heartbeat ends the alert': [
      'local recovery = recover(e, s, b, arms, expects, ev) -- P3',
      "local recovery = '' -- P3",
    ],
    '7.3 P3: but not one older than the alert': ['or ev.t < b.alert.start or', 'or'],
    '7.3 P4: a keyed standing window starts at its first event': [
      'arming.open(s, b, ev, 0)\n    b.keep = keep',
      'window.open(b, t - 5000, t + s.within, 0, ev.as_of, ev.id)\n    b.silent, b.keep = 0, keep',
    ],
    '7.3 P5: arming alone does not count': ['if not expects then return word .. recovery end -- P5', ''],
    '7.3 P6: a missed count is made up event by event': [
      'b.alert.missing = b.alert.missing - 1',
      'b.alert.missing = 0',
    ],
    '7.3 P6: an event older than the alert makes up for nothing': [
      'not b.alert or ev.t < b.alert.start',
      'not b.alert',
    ],
    '7.3 P7: a late event does not count': ["return 'late' .. recovery\n", ''],
    '7.3 P8: a counted event ends the silence': [
      'keep, kind.standing and 0, document.of(ev)',
      'keep, b.silent, document.of(ev)',
    ],
    '7.3 P8: a counted event is remembered': [
      'b.keep, b.silent, b.last = keep, kind.standing and 0, document.of(ev)',
      'b.keep, b.silent = keep, kind.standing and 0',
    ],
    '7.3 P10: a heartbeat goes on': ['kind.after and not arms and satisfy', 'kind.after and satisfy'],
    '7.3 P10: a satisfied window closes at once': ['  else\n    window.close(s, b)\n  end', '  end'],
    '7.3 P11: a window starts anew at the satisfying event': ['arming.open(s, b, ev, #times)', 'b.count = #times'],
    '7.3 P10, P11: an alert ends when a window is satisfied': [
      'return b.alert and word .. alert.resolve(e, s, b, ev) or word .. recovery',
      'return word .. recovery',
    ],
    '1: a silent key is remembered for 30 days': ['limits.FORGET_MS', 'limits.FORGET_MS - 86400000'],
    '6: the 30 days of a key count from its last event': ['math.max(t, ev.as_of) + FORGET_MS', 't + FORGET_MS'],
  },
  'lua/include/alert.lua': {
    '6: an alert is forgotten 30 days after its firing': ['b.due + limits.FORGET_MS', 'b.finish + limits.FORGET_MS'],
  },
  'lua/include/absence.lua': {
    '8.1: without repeat only the first alert of a silence': [' and not (trigger.once and b.silent == 1)', ''],
    '8.1: silence is noted': ['b.silent = s.kind.standing and 1', 'b.silent = s.kind.standing and 0'],
    '8.1: windows that are over are one firing': [
      'b.finish + math.floor((at - b.finish) / s.within) * s.within',
      'b.finish',
    ],
    '8.1: windows never drift': ['b.finish + math.floor((at - b.finish) / s.within) * s.within', 'at'],
  },
  'lua/include/settle.lua': {
    '8.2: a window is settled with its due': [
      'obligation.settle(e, s, b, what, b.due, b.due)',
      'obligation.settle(e, s, b, what, b.finish, b.finish)',
    ],
  },
  'lua/include/notation.lua': {
    '6: a window keeps the 30 days of its key': ['if b.start and b.keep then', 'if false then'],
    '6: a window says whether it is silent': ['if b.start and b.silent then', 'if false then'],
    '6: a window keeps its alert': ['if b.alert then text = text .. format(', 'if false then text = text .. format('],
  },
  'lua/include/record.lua': {
    '8: a window wakes when its alert is forgotten': [
      'math.min(at, a.ends or a.forgotten,',
      'math.min(at, a.ends or math.huge,',
    ],
  },
  'lua/include/window.lua': {
    '6: due is not before the as_of of the opening': ['math.max(finish, as_of)', 'finish'],
  },
  'lua/include/walk.lua': {
    '7.1, 3.1: an event settles its own window first': [
      'if not m.composite and is_past(m.s, m.b, ev) then',
      'if false then',
    ],
    '7.1, 3.1: also where its automation has one trigger': [
      'if last and s.threshold and not is_past(s, b, ev) then',
      'if last and s.threshold then',
    ],
    '7.1, 3.1: a window is over at its end': [
      'obligation.first(s, b, false) <= ev.t',
      'obligation.first(s, b, false) < ev.t',
    ],
  },
};
