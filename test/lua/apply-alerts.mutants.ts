import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/active.lua': {
    '17.4 R0: nothing is opened behind the floor': ['  if x.floor and t < x.floor then return end\n', ''],
    '17.6 L1: an event ends the alert': ['if resolves and ev.t >= a.last then', 'if false then'],
    '17.6 L1: not one that is older than its newest': [
      'if resolves and ev.t >= a.last then',
      'if resolves and ev.t >= a.start then',
    ],
    '17.6 L1: one of the same time does': ['if resolves and ev.t >= a.last then', 'if resolves and ev.t > a.last then'],
    '17.6 L1: the window goes with it': [
      'if b.start and not (s.kind.after and last and b.start > last) then window.close(s, b) end',
      '',
    ],
    '17.6 L1: not one that was armed since': ['not (s.kind.after and last and b.start > last)', 'true'],
    '17.6 L1: only one that was': ['last and b.start > last)', 'last)'],
    '17.6 L1: what happened before it is late': [
      "extra.remember(b.extra, 'floor', time, math.max(time, as_of) + KEEP_MS)",
      '',
    ],
    '17.6: the floor is kept for 60 s': ['math.max(time, as_of) + KEEP_MS)', 'math.max(time, as_of) + KEEP_MS + 1)'],
    '17.6: from when it was set': ['math.max(time, as_of) + KEEP_MS)', 'time + KEEP_MS)'],
    '17.6 L1: a sliding list is emptied': [
      'if engine.options(e, s).sliding then return sliding.empty(s, b.extra, time, as_of) end',
      '',
    ],
    '17.6 L2: nothing is counted meanwhile': ["  return 'active'\n", '  return nil\n'],
    '17.6 L2: an expected event keeps the alert': [
      'a.last, a.event = ev.t, document.of(ev)\n    prolong(e, s, b, ev.as_of)',
      '',
    ],
    '17.6 L2: not one that is older': ['if expects and ev.t > a.last then', 'if expects then'],
    '17.6 L2: nor one that arms alone': ['if expects and ev.t > a.last then', 'if ev.t > a.last then'],
    '17.6 L2: it is the event of the end': ['a.last, a.event = ev.t, document.of(ev)', 'a.last = ev.t'],
    '17.6 L2: an arming event opens its window': ['  if arms then M.arm(s, b, ev) end\n', ''],
    '17.6: the alert ends so long behind its newest event': ['a.ends = a.last + after', 'a.ends = a.start + after'],
    '17.6: without `after` it is forgotten after 30 days': [
      'math.max(a.last, as_of) + FORGET_MS',
      'math.max(a.last, as_of) + FORGET_MS - 1',
    ],
    '17.6: its end is a firing': ['firing.emit(e, firing.of_lapse(', 'tostring(firing.of_lapse('],
    '17.6: what happened before its newest event is late': [
      'over(e, s, b, a.last, a.ends, a.last)',
      'over(e, s, b, a.start, a.ends, a.last)',
    ],
    '17.6: the floor of a silence is kept behind its end': [
      'over(e, s, b, a.last, a.ends, a.last)',
      'over(e, s, b, a.last, a.last, a.last)',
    ],
    '17.6, recovered first: the alert is over at once': [
      'if recovered and fired.time < recovered then',
      'if false then',
    ],
    '17.6, recovered first: not at its own time': ['fired.time < recovered then', 'fired.time <= recovered then'],
    '17.6, recovered first: its end is a firing': ['    firing.emit(e, firing.of_end(fired, recovered))\n', ''],
    '17.6, recovered first: the window goes': ['return M.over(e, s, b, recovered, as_of, false)', 'return'],
    '17.6, recovered first: the newest is remembered': ['math.max(x.recovered or ev.t, ev.t)', 'ev.t'],
    '17.6, recovered first: for half an hour': [
      "extra.remember(x, 'recovered',",
      "until_ms = until_ms - 1\n  extra.remember(x, 'recovered',",
    ],
    '17.6, recovered first: from when the last one came': [
      'math.max(ev.t, ev.as_of) + RECOVERED_MS',
      'ev.t + RECOVERED_MS',
    ],
    '17.11: an alert whose time has passed takes its window along': ['  if b.start then window.close(s, b) end\n', ''],
  },
  'lua/include/sliding.lua': {
    '17.6 L1: the floor of a sliding list never falls': ['math.max(x.floor or time, time)', 'time'],
  },
  'lua/include/resume.lua': {
    '17.11: an alert whose time has passed ends silently': [
      'if a and a.ends and a.ends <= e.as_of then',
      'if false then',
    ],
    '17.11: another one goes on': ['if a and a.ends and a.ends <= e.as_of then', 'if a and a.ends then'],
  },
  'lua/include/obligation.lua': {
    '17.6: an event settles what lies at its own time': ['while at <= ev.t do', 'while at < ev.t do'],
  },
  'lua/include/rich.lua': {
    '17.6: a recovery is remembered': ['  if m.resolves then active.remember(b, ev) end\n', ''],
    '17.6: a firing sets an alert': ['  active.set(e, s, b, fired, ev.as_of)\n', ''],
    '17.6 L1: an event that resolves stops there': [
      "if word or not (m.arms or m.expects) then return word or '' end",
      "if word and word ~= 'resolved' or not (m.arms or m.expects) then return word or '' end",
    ],
    '17.13: a resolving event that is too old is late': ["m.resolves and b.alert and 'late' or 'idle'", "'idle'"],
  },
  'lua/include/match.lua': {
    '17.6: an event resolves where the chunk says so': ['resolves = more % 32 >= 16', 'resolves = false'],
  },
  'lua/include/record.lua': {
    '17.6: an alert that ends by time wakes then': [
      'math.min(at, a.ends or a.forgotten,',
      'math.min(at, a.ends and math.huge or a.forgotten,',
    ],
  },
  'lua/include/notation.lua': {
    '17.6: an alert keeps its newest event': ["if a.last then text = text .. format(' last %d', a.last) end", ''],
    '17.6: an alert keeps its end': ["if a.ends then text = text .. format(' ends %d', a.ends) end", ''],
  },
};
