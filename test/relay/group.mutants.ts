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
    'group: its job has an id of its own': ['return named(`g-${id}`,', 'return named(first.data.id,'],
  },
};
