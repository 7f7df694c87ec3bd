import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/queue.lua': {
    '8.2: deadlines by time': ['return a.at < b.at', 'return a.at > b.at'],
    '8.2: of one time by the name of the trigger': [
      'bytes.before(a.s.name, b.s.name)',
      'bytes.before(b.s.name, a.s.name)',
    ],
  },
  'lua/include/due.lua': {
    '8.2: each page of a trigger once': ['d.offset, d.page_at = d.offset + PAGE, 1', 'd.page_at = 1'],
    '8.2: all that is due, beyond the first page of a trigger': [
      'if #d.page < 2 * PAGE then return end',
      'do return end',
    ],
    '8.2: a trigger that is at hand goes before those of a later name': ['bytes.before(top.s.name, name)', 'true'],
    '8.2: all triggers that are due, beyond the first page': ['if e.due_at > 2 * PAGE then more_triggers(e) end', ''],
    '8.2: each page of triggers once': ['e.due_at, e.due_offset = 1, e.due_offset + PAGE', 'e.due_at = 1'],
  },
  'lua/include/bytes.lua': {
    '8.2: byte by byte': ['return a:byte(i) < b:byte(i)', 'return a:byte(i) > b:byte(i)'],
  },
};
