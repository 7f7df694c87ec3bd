import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/early.lua': {
    '6: of a span the first times are kept': ['table.remove(times, first + most)', 'table.remove(times, first)'],
    '6: of a span as many are kept as satisfy, twice': ['if count > 2 * most then', 'if count > most then'],
    '6: no more are kept': ['if count > 2 * most then', 'if false then'],
    '6: spans count from 1970': ['t - t % s.within', 'times[1]'],
    '6: no more than a hundred': ['if #times > MOST then', 'if false then'],
    '6: the newest hundred': ['then table.remove(times, 1) end', 'then table.remove(times) end'],
    '6: in order of time': ['while at > 1 and known.times[at - 1] > t do at = at - 1 end', ''],
    '6: forgotten after half an hour': ['>= known.latest + memory_ms(e) then', '> known.latest + memory_ms(e) then'],
    '6: the half hour counts from when the last one came': [
      'math.max(known.latest, t, as_of)',
      'math.max(known.latest, t)',
    ],
    '6: what is forgotten stays forgotten': ['math.max(asked, e.settled)', 'asked'],
    '6: nothing is written where nothing is remembered': [
      'if s.kind.valued or memory_ms(e) == 0 then return end',
      'if s.kind.valued then return end',
    ],
    '6: known from the half hour before': ['math.floor((asked - engine.settings(e).early_ms) / SPAN)', 'last'],
    '6: known from the half hour that came': ['(asked + LAG_LIMIT_MS) / SPAN', 'asked / SPAN'],
    '6: the newest list of a key counts': [
      'if text then s.early',
      'if text and not s.early[unknown[from + i - 1]] then s.early',
    ],
    '6: known to calls that come later': [
      'known.latest, known.changed = math.max(known.latest, t, as_of), true',
      'known.latest = math.max(known.latest, t, as_of)',
    ],
  },
  'lua/include/engine.lua': {
    '6: how far as_of came is noted': ['if ev.as_of > e.settled then e.settled = ev.as_of end', ''],
    '6: how far as_of came is known to the next call': ['tonumber(clock[3]) or -math.huge', '-math.huge'],
    '1: the namespace says how long': ['tonumber(set[1]) or limits.EARLY_MS', 'limits.EARLY_MS'],
    '1: otherwise half an hour': ['or limits.EARLY_MS,', 'or limits.EARLY_MS + 1000,'],
  },
};
