import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/entry.lua': {
    '7.1: deadlines come before events': [
      "if e.head <= ev.as_of and not settle.catch_up(e, ev.as_of) then return 'more-due' end",
      '',
    ],
  },
};

export const protections: Mutants = {
  'lua/include/entry.lua': {
    'dead letters: what is rejected is kept there': ["if ev.word == 'rejected' then", 'if false then'],
  },
  'lua/apply.lua': {
    'position fence: what is applied is not applied again': [
      'while not stream.after(first_id, e.position) do',
      'while false do',
    ],
    'position fence: nothing is applied before its turn': ['if between[1] then', 'if false then'],
    'position fence: of what is applied in part the rest is applied': [
      'if not ev.word then wire.pass(chunk, ev) end',
      '',
    ],
    'position fence: a chunk that is applied is read no further': [
      'if not stream.after(chunk.last, e.position) then',
      'if false then',
    ],
    'generation check: no event meets definitions that are gone': [
      "if (redis.call('GET', keys.generation) or '0') ~= chunk.generation then",
      'if false then',
    ],
    'a failover: what it took back is not applied': [
      "if not redis.call('XRANGE', keys.events, chunk.last, chunk.last)[1] then",
      'if false then',
    ],
  },
  'lua/include/log.lua': {
    'before an entry that failed everything is decided anew': ['_, last, words = decide(e, first, last, step, ev)', ''],
    'nothing that was decided once stays when it is decided anew': ['context.begin(e)\n', ''],
    'the entries are read anew when they are decided anew': ['begin()\n    local _', 'local _'],
    'what is applied moves the position': ['if last >= first then\n', 'if false then\n'],
    'an entry that fails does not take the others with it': [
      'local ok, word, reached = pcall(each, e, first, last, step, ev, words)',
      'local ok, word, reached = true, each(e, first, last, step, ev, words)',
    ],
  },
};
