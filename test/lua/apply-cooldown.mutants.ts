import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/rich.lua': {
    '17.4 R0: what comes too soon is not counted': ['if x.quiet and ev.t < x.quiet then', 'if false then'],
    '17.4 R0: what comes when the time is over is': [
      'if x.quiet and ev.t < x.quiet then',
      'if x.quiet and ev.t <= x.quiet then',
    ],
    '17.4 R0: an arming event opens its window': ['    if m.arms then active.arm(s, b, ev) end\n', ''],
    '17.4: the time begins with the firing': [
      'local quiet = ev.t + options.cooldown',
      'local quiet = ev.as_of + options.cooldown',
    ],
    '17.4: the time is kept 60 s longer': ['math.max(quiet, ev.as_of) + limits.KEEP_MS', 'math.max(quiet, ev.as_of)'],
    '17.4: and that long from when it was set': [
      'math.max(quiet, ev.as_of) + limits.KEEP_MS',
      'quiet + limits.KEEP_MS',
    ],
    '17.4: a reset comes before the cooldown': [
      '  if m.resets then word = reset.apply(e, s, b, ev) end\n',
      '  if m.resets and not (b.extra.quiet and ev.t < b.extra.quiet) then word = reset.apply(e, s, b, ev) end\n',
    ],
  },
  'lua/include/active.lua': {
    '17.4 R0: it opens a new window where one is over': [
      'if not b.start or w > 0 and t >= b.finish then',
      'if not b.start then',
    ],
    '17.4 R0: but leaves one that is open': ['if not b.start or w > 0 and t >= b.finish then', 'if true then'],
    '17.4 R0: with count 0': [
      'window.open(b, t, t + w, 0, ev.as_of, false)\n  elseif',
      'window.open(b, t, t + w, -1, ev.as_of, false)\n  elseif',
    ],
    '17.4 R0: without `within` the window is kept on': ['b.due = math.max(w > 0 and b.finish or t, ev.as_of)', ''],
  },
  'lua/include/extra.lua': {
    '17.4: a key is kept for its quiet time alone': ['x.list_until or x.quiet or x.floor', 'x.list_until or x.floor'],
    '17.4: what was remembered is forgotten': ["if x[name] and x[name .. '_until'] <= at then", 'if false then'],
  },
};
