import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/note-delivery.lua': {
    'deliveries: a bound in bytes': ['if bytes <= limits.DELIVERIES_BYTES then break end', 'if true then break end'],
    'deliveries: what was sent goes before what failed': [
      "redis.call('ZCARD', keys.delivered) > 0 and keys.delivered or keys.undelivered",
      "redis.call('ZCARD', keys.undelivered) > 0 and keys.undelivered or keys.delivered",
    ],
    'deliveries: what was sent is forgotten': [
      'outdated(keys.delivered, limits.DELIVERIES_KEPT_MS)',
      'outdated(keys.delivered, limits.FAILURES_KEPT_MS)',
    ],
    'deliveries: the bytes of a record that is replaced count no more': [
      'local freed = drop(keys.delivered, { args.job }) +',
      'local freed = 0 * drop(keys.delivered, { args.job }) +',
    ],
    'deliveries: told where somebody listens alone': [
      "args.event ~= '' and redis.call('EXISTS', keys.listeners) == 1",
      "args.event ~= ''",
    ],
    'deliveries: their events are known as those of the engine': ['own.mark(keys, entry)', 'own.has(keys, entry)'],
  },
};
