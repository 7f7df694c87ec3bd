import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/pass-gate.lua': {
    'gate: a repeat changes nothing': [
      "if not fresh or (record and args.released == '') then return { 'known', record and cjson.encode(record) or '' } end",
      '',
    ],
    'gate: a firing that goes out ends the muting of its key': ["redis.call('HDEL', keys.muted, key)", 'key = nil'],
  },
  'lua/include/budget.lua': {
    'budget: a firing that passed is not counted twice': [
      "if redis.call('ZSCORE', passed, call.firing) then return nil end",
      '',
    ],
    'budget: it opens again by itself': ['and now < tonumber(till) and id or nil', 'and id or nil'],
    'budget: a summary names so many keys': [
      "fits = (tonumber(redis.call('HGET', closing, 'names')) or 0) < limits.CLOSING_KEYS",
      'fits = true',
    ],
  },
  'lua/include/group.lua': {
    'group: it is bounded in firings': ['(tonumber(held[1]) or 0) >= limits.GROUP_FIRINGS or ', ''],
    'group: it is bounded in bytes': [' or (tonumber(held[2]) or 0) >= limits.GROUP_BYTES', ''],
  },
  'lua/include/outcomes.lua': {
    'outcomes: what is forgotten takes its muting along': [
      "if key and (redis.call('HGET', keys.muted, key) or ''):match('^%S+') == firing then redis.call('HDEL', keys.muted, key) end",
      '',
    ],
    'outcomes: they are bounded in age': [
      "local old = now - redis.call('ZSCORE', keys.outcome_times, firing) >= limits.OUTCOMES_KEPT_MS",
      'local old = false',
    ],
    'outcomes: they are bounded in bytes': [' <= limits.OUTCOMES_BYTES then return end', ' >= 0 then return end'],
  },
};
