import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/redrive.lua': {
    'revisions: a firing that is sent again still finds its document': [
      'revision.hold(keys.outdated, fields, entry)',
      '',
    ],
  },
  'lua/reject-firing.lua': {
    'revisions: a firing among the dead letters keeps its document': [
      'revision.hold(keys.outdated, fields, letter)',
      '',
    ],
  },
  'lua/forget-revisions.lua': {
    'revisions: what waits keeps its document': ["keep(redis.call('ZRANGE', keys.needed, 0, 0)[1])", ''],
    'revisions: what no relay has read keeps its document': [
      "keep((stream.behind(keys.firings, group['last-delivered-id'], 1)[1] or {})[1])",
      '',
    ],
    'revisions: what is not acknowledged keeps its document': [
      "keep(redis.call('XPENDING', keys.firings, args.group)[2])",
      '',
    ],
    'revisions: a dead letter keeps its document': ["keep(first(keys.dead, '-'))", ''],
    'revisions: without the group nothing is known to be relayed': [
      "if not group then return { 'clean', '0' } end",
      'if not group then group = {} end',
    ],
    'revisions: a lost group finds the documents of the last week': [
      'tonumber(args.now_ms) - limits.REVISIONS_KEPT_MS',
      'tonumber(args.now_ms)',
    ],
    'revisions: a firing of the same millisecond is one before the change': [
      "'(' .. string.format('%d', bound), 'BYSCORE'",
      "string.format('%d', bound), 'BYSCORE'",
    ],
  },
};
