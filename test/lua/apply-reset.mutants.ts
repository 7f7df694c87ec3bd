import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/reset.lua': {
    '17.5: a reset from before the window is nothing': [
      "if not b.start or ev.t < b.start then return '' end\n  if s.kind.after",
      "if not b.start then return '' end\n  if s.kind.after",
    ],
    '17.5: one of its first moment ends it': [
      "if not b.start or ev.t < b.start then return '' end\n  if s.kind.after",
      "if not b.start or ev.t <= b.start then return '' end\n  if s.kind.after",
    ],
    '17.5: a Reactive window with `after` is deleted': [
      'if s.kind.after then\n    window.close(s, b)',
      'if false then\n    window.close(s, b)',
    ],
    '17.5: one without begins anew': [
      'window.open(b, ev.t, ev.t + s.within, 0, ev.as_of, false)',
      'window.close(s, b)',
    ],
    '17.5: with count 0': ['ev.t + s.within, 0, ev.as_of, false)', 'ev.t + s.within, b.count, ev.as_of, false)'],
    '17.5: until something is counted it is kept 60 s': ['    b.extra.idle = 1\n', ''],
    '17.5: a sliding list is emptied': ['sliding.empty(s, b.extra, ev.t, ev.as_of)', ''],
    '17.5: not by what lies before its oldest': ['or ev.t < events[1].time then', 'then'],
    '17.5: an armed absence is called off': ["window.close(s, b)\n    word = 'reset'", "word = 'reset'"],
    '17.5: an absence is not called off by what lies before it': [
      'if b.start and t >= b.start then',
      'if b.start then',
    ],
    '17.5: what is armed behind the reset is watched': [
      'return armed > ev.t and arming.again(e, s, b, ev, armed, last(e, s, b)) or',
      'return false or',
    ],
    '17.5: not what is armed at its time': ['return armed > ev.t and arming', 'return armed >= ev.t and arming'],
    '17.5: the newest arming event is watched': ['local armed = b.armed or b.start', 'local armed = b.start'],
    '17.5 (a): the alert ends': [
      'if not a or t < a.start or t >= a.start + s.within then return word end',
      'if true then return word end',
    ],
    '17.5 (a): not by what lies before it': ['if not a or t < a.start or', 'if not a or'],
    '17.5 (a): not by what lies behind its window': ['or t >= a.start + s.within then', 'then'],
    '17.5 (a): nor at its end': ['or t >= a.start + s.within then', 'or t > a.start + s.within then'],
    '17.5 (a): what is armed behind it is watched': [
      'return b.start and word or word .. again(',
      'do return word end return word .. again(',
    ],
    '17.5 (a): beside an open window nothing is armed again': [
      'return b.start and word or word .. again(',
      'return word .. again(',
    ],
    '17.5 (b): the newest reset is remembered': ['math.max(x.cancelled or t, t)', 't'],
    '17.5 (b): for half an hour': [
      "extra.remember(x, 'cancelled',",
      "until_ms = until_ms - 1\n  extra.remember(x, 'cancelled',",
    ],
    '17.5 (b): of the longest of them': [
      'math.max(x.cancelled_until or 0, math.max(t, ev.as_of) + limits.RECOVERED_MS)',
      'math.max(t, t) + limits.RECOVERED_MS',
    ],
    '17.5: a standing window begins anew': ['  arming.open(s, b, ev, 0)\n', ''],
    '17.5: a standing window not by what lies before it': [
      "if not b.start or ev.t < b.start then return '' end\n  arming",
      "if not b.start then return '' end\n  arming",
    ],
  },
  'lua/include/arming.lua': {
    '17.5 (b): what is called off is not armed': ['and is_cancelled(s, b, ev.t) then', 'and false then'],
    '17.5 (b): an event that resets arms by itself': [
      'if b.extra and not ev.resets and is_cancelled',
      'if b.extra and is_cancelled',
    ],
    '17.5 (b): by a reset of its time': ['cancelled >= start and', 'cancelled > start and'],
    '17.5 (b): not by one of the next window': ['cancelled < start + s.within', 'cancelled <= start + s.within'],
    '17.5 (b): nor is it armed again': ["if b.extra and is_cancelled(s, b, armed) then return '' end", ''],
  },
  'lua/include/reactive.lua': {
    '17.5 R4: a window that can be reset does not reach back': [
      'open(s, b, resets(e, s) and t or t - REACH_BACK_MS, t + w, 0)',
      'open(s, b, t - REACH_BACK_MS, t + w, 0)',
    ],
    '17.5 R11: a run ends with its firing': ['local start = resets(e, s) and t or b.finish', 'local start = b.finish'],
    '17.13: what lies before a reset is late': ['or s.kind.rich and b.extra.idle == 1', ''],
  },
  'lua/include/tally.lua': {
    '17.5: what is counted is kept as ever': ['  x.idle = nil\n  local most', '  local most'],
  },
  'lua/include/rich.lua': {
    '17.5: an event can reset': ['  if m.resets then word = reset.apply(e, s, b, ev) end\n', ''],
    '17.3 S1: what is not expected is not put into the list': ["if not m.expects then return '' end", ''],
    '17.5: what only resets is not counted': [
      "if not (m.arms or m.expects) then return '' end\n    word, fired = reactive",
      'word, fired = reactive',
    ],
    '17.13: what resets and counts has both words': ["return first .. '+' .. second", 'return second'],
  },
  'lua/include/match.lua': {
    '17.5: an event resets where the chunk says so': ['resets = more % 16 >= 8, resolves', 'resets = false, resolves'],
  },
  'lua/include/record.lua': {
    '17.5: a window that a reset opened is forgotten after 60 s': [
      's.within > 0 or b.extra and b.extra.idle == 1',
      's.within > 0',
    ],
  },
};
