import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/arming.lua': {
    '7.3 P0: an arming event from before the alert is late': [
      'if b.alert and ev.t < b.alert.start then return true end',
      '',
    ],
    '7.3 P0: not one of the moment at which the alert began': [
      'if b.alert and ev.t < b.alert.start then return true end',
      'if b.alert and ev.t <= b.alert.start then return true end',
    ],
    '7.3 P0: only a heartbeat is late for what follows it': ['if not expects then return false end', ''],
    '7.3 P0: a heartbeat that enough follow is late': [
      'return #early.times(e, s, b.key, ev.as_of, ev.t + 1, math.huge) >= math.max(s.threshold, 1)',
      'return false',
    ],
    '7.3 P0: what lies at its own time is not behind it': [
      'ev.as_of, ev.t + 1, math.huge',
      'ev.as_of, ev.t, math.huge',
    ],
    '7.3 P0: as many have to follow as satisfy': ['>= math.max(s.threshold, 1)', '>= 1'],
    '7.3 P0: with threshold 0 one has to follow': ['>= math.max(s.threshold, 1)', '>= s.threshold'],
    '7.3 P1: what came before the arming event satisfies it': [
      'if #times == 0 or #times < s.threshold then',
      'if true then',
    ],
    '7.3 P1: nothing satisfies by itself': [
      'if #times == 0 or #times < s.threshold then',
      'if #times < s.threshold then',
    ],
    '7.3 P1: what came before the arming event counts': [
      '#times - (expects and not s.kind.valued and 1 or 0)',
      '(expects and not s.kind.valued and -1 or 0)',
    ],
    '7.3 P1: what came before the window began does not count': [
      'local times = early.times(e, s, b.key, ev.as_of, ev.t, ev.t + s.within)',
      'local times = early.times(e, s, b.key, ev.as_of, ev.t - 1, ev.t + s.within)',
    ],
    '7.3 P1: what lies at the end of the window does not count': [
      'local times = early.times(e, s, b.key, ev.as_of, ev.t, ev.t + s.within)',
      'local times = early.times(e, s, b.key, ev.as_of, ev.t, ev.t + s.within + 1)',
    ],
    '7.3 P1: the alert ends when what came before satisfies': [
      "return 'satisfied' .. alert.resolve(e, s, b, ev) end",
      "return 'satisfied' end",
    ],
    '7.3, armed again: only by an event behind what satisfied': ['return armed > ev.t and (', 'return ('],
    '7.3, armed again: not where another expected event follows it': ['not times[1] or armed > times[#times]', 'true'],
    '7.3, armed again: not where another one lies at the same time': [
      'armed > times[#times]',
      'armed >= times[#times]',
    ],
    '7.3, armed again: not where enough came behind it': ["if #times >= s.threshold then return '' end", ''],
    '7.3, armed again: what came behind it counts': [
      'armed + s.within, #times, ev.as_of, document.id(last))',
      'armed + s.within, 0, ev.as_of, document.id(last))',
    ],
    '7.3, armed again: the window is that of the arming event': [
      '#times, ev.as_of, document.id(last))',
      '#times, ev.as_of, ev.id)',
    ],
    '7.3, armed again: the arming event is reported': ['b.last = last\n', ''],
  },
  'lua/include/proactive.lua': {
    '7.3 P0: what is late opens nothing': [
      "if arming.is_late(e, s, b, expects, ev) then return 'late' .. recover(e, s, b, arms, expects, ev) end -- P0",
      '',
    ],
    '7.3 P0: a heartbeat ends the alert even so': [
      "return 'late' .. recover(e, s, b, arms, expects, ev) end -- P0",
      "return 'late' end -- P0",
    ],
    '7.3 P1: an arming event that is satisfied goes no further': [
      'if not b.start then return word .. recover(e, s, b, arms, expects, ev) end',
      '',
    ],
    '7.3 P2: arming again is remembered': ['elseif arms and t >= b.start then -- P2', 'elseif false then -- P2'],
    '7.3 P2: when it was armed last is remembered': ['if t > (b.armed or b.start) then b.armed = t end', ''],
    '7.3 P2: the newest arming event counts': ['if t > (b.armed or b.start) then b.armed = t end', 'b.armed = t'],
    '7.3 P3: a heartbeat whose window is over is no recovery': [' or ev.t + s.within <= ev.as_of then', ' then'],
    '7.3 P5a: an expected event is remembered': [
      'if kind.after and not arms then early.put',
      'if false then early.put',
    ],
    '7.3 P5a: not one that arms': ['if kind.after and not arms then early.put', 'if kind.after then early.put'],
    '7.3 P6: armed again only when nothing is missing any more': ['again = b.alert.missing == 1 and', 'again ='],
    '7.3 P6: what was armed behind the recovery is watched': [
      "(again and arming.again(e, s, b, ev, armed, last) or '')",
      "''",
    ],
    '7.3 P6: the event of the alert is reported': [
      'local last = again and alert.event(e, s, b)',
      'local last = document.of(ev)',
    ],
    '7.3 P7: a late event makes up for an older window': [
      'if kind.after and b.alert and t >= b.alert.start then',
      'if false then',
    ],
    '7.3 P7: not one that is older than the alert': [
      'if kind.after and b.alert and t >= b.alert.start then',
      'if kind.after and b.alert then',
    ],
    '7.3 P7: nor of a standing window': [
      'if kind.after and b.alert and t >= b.alert.start then',
      'if b.alert and t >= b.alert.start then',
    ],
    '7.3 P10: what was armed behind it is watched': ['if armed and arming.is_again(', 'if false and arming.is_again('],
    '7.3 P10: what came in its interval decides': [
      'ev.as_of, start, finish), ev) then',
      'ev.as_of, start, math.huge), ev) then',
    ],
    '7.3 P10: the event before this one is reported': ['last = latest.event(e, s, b)', 'last = document.of(ev)'],
    '7.3 P11: what came behind it counts': ['arming.open(s, b, ev, #times)', 'arming.open(s, b, ev, 0)'],
    '7.3 P11: and closes the window when it is enough': [
      'if s.kind.after and #times >= s.threshold then window.close(s, b) end',
      '',
    ],
    '7.3 P11: but never a standing one': ['if s.kind.after and #times >=', 'if #times >='],
  },
  'lua/include/alert.lua': {
    '6: an alert is armed by the newest event of all its windows': [
      'if b.alert then armed = math.max(armed, b.alert.armed or b.alert.start) end',
      '',
    ],
    '6: an alert is armed by the newest event of its window': [
      'local armed = b.armed or b.start',
      'local armed = b.start',
    ],
    '7.3 P6: the event of an alert is kept': [
      'if a and a.event then set[#set + 1], set[#set + 2] = EVENT .. b.key, a.event end',
      '',
    ],
  },
  'lua/include/notation.lua': {
    '6: a window keeps when it was armed last': ['if b.start and b.armed then', 'if false then'],
    '6: an alert keeps when it was armed last': ["a.armed and format(' renewed %d', a.armed) or ''", "''"],
  },
};
