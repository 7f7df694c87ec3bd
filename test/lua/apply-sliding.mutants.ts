import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/sliding.lua': {
    '17.3 S3: what lies the whole window behind goes': [
      'while list[1].time <= newest - s.within do',
      'while list[1].time < newest - s.within do',
    ],
    '17.3 S3: nothing else goes': [
      'while list[1].time <= newest - s.within do',
      'while list[1].time <= newest - s.within + 1 do',
    ],
    '17.3 S3: the event can be too old itself': ['return one.time <= newest - s.within', 'return false'],
    '17.3 S3: the list is in order of time': ['while at > 1 and list[at - 1].time > one.time do at = at - 1 end', ''],
    '17.3 S3: the newest time of all counts': ['local newest = list[#list].time', 'local newest = one.time'],
    '17.3 S3: a value counts once': ['local old = s.kind.distinct and place_of(list, one.value)', 'local old = false'],
    '17.3 S3: a value keeps its newest time': [
      'if old and list[old].time >= ev.t then return false end',
      'if old then return false end',
    ],
    '17.3 S3: an older time of a value changes nothing': [
      'if old and list[old].time >= ev.t then return false end',
      '',
    ],
    '17.3 S4: as many as the threshold fire': ['if #x.list < s.threshold then', 'if #x.list <= s.threshold then'],
    '17.3 S5: the list is emptied': ['  tally.clear(x)\n', ''],
    '17.3 S5: the floor is the newest time of the list': [
      'M.empty(s, x, newest, ev.as_of)',
      'M.empty(s, x, ev.t, ev.as_of)',
    ],
    '17.3 S5: the quiet time begins with the newest time of the list': [
      'x.quiet = newest + options.cooldown',
      'x.quiet = ev.t + options.cooldown',
    ],
    '17.3: a list is kept until the window of its newest event is over': [
      'last and last.time + s.within or as_of',
      'last and last.time or as_of',
    ],
    '17.3: a floor is kept': ['x.floor or as_of, x.quiet', 'as_of, x.quiet'],
    '17.3: a quiet time is kept': ['x.quiet or as_of, as_of)', 'as_of)'],
    '17.3: a record is kept from its last change on': ['x.quiet or as_of, as_of)', 'x.quiet or -math.huge)'],
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
  'lua/include/extra.lua': {
    '17.3: a list is read with its times': ['list[#list + 1] = { time = time + 0,', 'list[#list + 1] = { time = 0,'],
    '17.3: a list is read with its values': ['bytes = bytes + 0, value = value }', "bytes = bytes + 0, value = '' }"],
  },
};
