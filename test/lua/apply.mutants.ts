import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/apply.lua': {
    '7.1: deadlines come before events': ['if not settle.catch_up(e, ev.as_of) then return nil end', ''],
  },
};

export const protections: Mutants = {
  'lua/apply.lua': {
    'position fence: what is applied is not applied again': [
      'while ids[first] and not stream.after(ids[first], e.position) do',
      'while false do',
    ],
    'position fence: nothing is applied before its turn': [
      "if redis.call('XRANGE', keys.events, '(' .. e.position, '(' .. ids[first], 'COUNT', 1)[1] then",
      'if false then',
    ],
    'generation check: no event meets definitions that are gone': [
      "if (redis.call('GET', keys.generation) or '0') ~= chunk.generation then",
      'if false then',
    ],
    'a failover: what it took back is not applied': [
      "if not redis.call('XRANGE', keys.events, ids[#ids], ids[#ids])[1] then",
      'if false then',
    ],
  },
  'lua/include/log.lua': {
    'an entry that failed half-way is not tried again': [
      "if e.begun ~= e.entry or not pcall(M.set_aside, e, e.entry, 'failed half-way', answer[4]) then",
      'if true then',
    ],
    'what took effect is acknowledged with it': [
      "redis.call('XACK', e.keys.events, group, unpack(ids, first, last))",
      '',
    ],
    'an entry that fails does not take the others with it': [
      'local ok, result, said = pcall(step)',
      'local ok, result, said = true, step()',
    ],
  },
};
