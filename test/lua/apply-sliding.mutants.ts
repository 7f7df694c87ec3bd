import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/sliding.lua': {
    '17.3 S3: what lies the whole window behind goes': [
      'while events[1].time <= newest - s.within do',
      'while events[1].time < newest - s.within do',
    ],
    '17.3 S3: nothing else goes': [
      'while events[1].time <= newest - s.within do',
      'while events[1].time <= newest - s.within + 1 do',
    ],
    '17.3 S3: the event can be too old itself': ['return one.time <= newest - s.within', 'return false'],
    '17.3 S3: the list is in order of time': ['while at > 1 and events[at - 1].time > one.time do at = at - 1 end', ''],
    '17.3 S3: the newest time of all counts': ['local newest = events[#events].time', 'local newest = one.time'],
    '17.3 S3: a value counts once': ['old = place_of(events, ev.value)', 'old = nil'],
    '17.3 S3: a value keeps its newest time': ['if old and events[old].time >= ev.t then', 'if old then'],
    '17.3 S3: an older time of a value changes nothing': [
      'if old and events[old].time >= ev.t then return ev.t <= events[#events].time - s.within end',
      '',
    ],
    '17.3 S3: an older time of a value can be too old': [
      'return ev.t <= events[#events].time - s.within',
      'return false',
    ],
    '17.3 S4: as many as the threshold fire': ['if count < s.threshold then', 'if count <= s.threshold then'],
    '17.3 S5: the list is emptied': ['  tally.clear(x)\n', ''],
    '17.3 S5: the floor is the newest time of the list': [
      'M.empty(s, x, newest, ev.as_of)',
      'M.empty(s, x, ev.t, ev.as_of)',
    ],
    '17.3 S5: the quiet time begins with the newest time of the list': [
      "'quiet', newest + options.cooldown",
      "'quiet', ev.t + options.cooldown",
    ],
    '17.3: a list is kept until the window of its newest event is over': [
      'if newest and newest + s.within > at then at = newest + s.within end',
      'if newest and newest > at then at = newest end',
    ],
    '17.3: a floor is kept': ['  if x.floor and x.floor > at then at = x.floor end\n', ''],
    '17.3: a quiet time is kept': ['  if x.quiet and x.quiet > at then at = x.quiet end\n', ''],
    '17.3: a record is kept from its last change on': ['local at = as_of\n', 'local at = -math.huge\n'],
    '17.3: a record is kept 60 s longer': ['+ limits.KEEP_MS\n', '\n'],
  },
  'lua/include/rich.lua': {
    '17.3 S2: what lies before the floor is late': [
      "return x.floor and ev.t < x.floor and 'late' or nil",
      'return nil',
    ],
    '17.3 S2: what lies at the floor is not': ['x.floor and ev.t < x.floor', 'x.floor and ev.t <= x.floor'],
  },
  'lua/include/settle.lua': {
    '17.3: a list goes when it is forgotten': ['if b.extra and b.extra.list_until == at then', 'if false then'],
  },
  'lua/include/list.lua': {
    '17.3: a list is read with its times': ['{ time = time + 0, text = one }', '{ time = 0, text = one }'],
    '17.3: a list is read with its values': [
      'item.number, item.bytes, item.value = number + 0, bytes + 0, value',
      'item.number, item.bytes = number + 0, bytes + 0',
    ],
    '17.3 S3: what comes before the newest is put into its place': [
      'if sub(times, -WIDTH) > text then return nil end',
      '',
    ],
    '17.3 S3: of the times those that lie the whole window behind go': [
      'sub(times, from, from + WIDTH - 1) <= over',
      'sub(times, from, from + WIDTH - 1) < over',
    ],
    '17.3 S3: none go because their window would begin before 2001': [
      "over >= LEAST and format('%d', over) or ''",
      "format('%d', over)",
    ],
    '17.3 S3: times of other lengths are read': ['or time < LEAST or time >= MOST then', 'then'],
  },
};
