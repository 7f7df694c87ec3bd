import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/group.lua': {
    'group: it waits no longer than its most': [
      'math.min(call.now + action.wait_ms, last)',
      'call.now + action.wait_ms',
    ],
    'group: other revisions have groups of their own': [
      'call.automation, call.revision, action.index',
      'call.automation, 0, action.index',
    ],
  },
  'src/relay/later-jobs.ts': {
    'group: its job holds all of its firings': [
      'group: { labels, firings } }',
      'group: { labels, firings: firings.slice(0, 1) } }',
    ],
  },
};
