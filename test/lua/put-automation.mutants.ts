import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/change.lua': {
    '13: what is due before a change comes out before it': [
      'local all = settle.catch_up(e, as_of)',
      'local all = true',
    ],
    '13: what comes out before a change is written': ['  write.all(e)\n  if not all', '  if not all'],
    '13: what comes out before a change is written once': [
      'context.begin(e)\n  e.as_of, e.stored',
      'e.as_of, e.stored',
    ],
    '13: a standing window that is there goes on': ['if b.start then return end', ''],
  },
  'lua/put-automation.lua': {
    '13: state of a former definition is gone': ['change.discard(e, c.gone)', ''],
  },
};

export const protections: Mutants = {
  'lua/put-automation.lua': {
    'queues: those that are named no more are remembered': [
      "for _, queue in ipairs(c.queues) do redis.call('ZADD', keys.queues, c.revision, queue) end",
      '',
    ],
  },
  'lua/include/change.lua': {
    'generation check: of two changes at a time one is made anew': [
      "if definitions.check(e.keys) ~= expected then return 'stale-definitions' end",
      '',
    ],
    'revisions: a document counts as asked for until the last firing before the change': [
      "local until_ms = math.max(e.now, last and tonumber(last[1]:match('^%d+')) or 0)",
      'local until_ms = e.now',
    ],
  },
  'lua/include/backlog.lua': {
    'watermark in as_of: a change does not overtake the log': [
      'return sources.held(math.min(e.now, M.oldest(e) or e.now), e.least) - engine.lag(e)',
      'return e.now - engine.lag(e)',
    ],
  },
};
