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
      'of(e, s, key, as_of), t > as_of and t or as_of',
      'of(e, s, key, as_of), t',
    ],
    '6: what is forgotten stays forgotten': ['math.max(asked, e.settled)', 'asked'],
    '6: a list that grows is known to calls that come later': [
      'known.changed, s.early[key] = true, known',
      's.early[key] = known',
    ],
    '6: nothing is written where nothing is remembered': [
      'if not s.kind.early or memory_ms(e) == 0 then return end',
      'if not s.kind.early then return end',
    ],
    '6: known from the half hour before': ['math.floor((asked - engine.settings(e).early_ms) / SPAN)', 'last'],
    '6: known from the half hour that came': ['(asked + reached.most_behind(e.fed)) / SPAN', 'asked / SPAN'],
    '6: the newest list of a key counts': [
      'if text then s.early',
      'if text and not s.early[unknown[from + i - 1]] then s.early',
    ],
    '6: known to calls that come later': [
      's.early[key], flat[#flat + 1], flat[#flat + 2] = text, key, text',
      's.early[key] = text',
    ],
  },
  'lua/include/engine.lua': {
    '6: how far as_of came is noted': ['if ev.as_of > e.settled then e.settled = ev.as_of end', ''],
    '6: how far as_of came is known to the next call': ['tonumber(clock[3]) or -math.huge', '-math.huge'],
    '1: the namespace says how long': ['tonumber(set[1]) or limits.EARLY_MS', 'limits.EARLY_MS'],
    '1: otherwise half an hour': ['or limits.EARLY_MS,', 'or limits.EARLY_MS + 1000,'],
  },
};
