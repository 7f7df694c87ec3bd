import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/apply.lua': {
    '4 Straightening: nothing ahead is applied': ['usable.ms(chunk.last) > usable.latest(e.now, e.position)', 'false'],
    '4 Straightening: nothing before 2001 is applied': ['usable.low(first_id) or', ''],
  },
  'lua/include/backlog.lua': {
    '4 Straightening: time does not pass what has another id already': [
      'return again and math.min(time_of(e, entry), time_of(e, again)) or time_of(e, entry)',
      'return time_of(e, entry)',
    ],
  },
  'lua/include/usable.lua': {
    '4 Straightening: five seconds ahead are allowed': ['+ limits.CLOCK_SKEW_MS', ''],
  },
  'lua/include/rebuild.lua': {
    '4 Straightening: groups go back': ['if stream.after(delivered, from or last) then', 'if false then'],
    '4 Straightening: never below the position': [
      'if not stream.after(at, last) then return last end',
      'if last ~= "0-0" then return last end',
    ],
    '4 Straightening: an id stays that of the first entry': [
      'id, at, fields = first, at and (first_at or at), own.sent(fields)',
      'fields = own.sent(fields)',
    ],
  },
};

export const protections: Mutants = {
  'lua/include/rebuild.lua': {
    'straighten: what claims in vain to be the engine’s is not marked as its own': [
      "fields = { 'forged', '', unpack(fields) }",
      'fields = { unpack(fields) }',
    ],
    'straighten: entries of any size': [
      'if #fields <= limits.REDRIVE_VALUES and not large then return false end',
      'if true then return false end',
    ],
    'straighten: the count of what was ever added stays': [
      "redis.call('XSETID', keys.straight, last, 'ENTRIESADDED', added)",
      '',
    ],
  },
  'lua/straighten.lua': {
    'straighten: a position that is no time goes back': ['usable.ms(at) > limits.LATEST_ID_MS', 'false'],
  },
};
