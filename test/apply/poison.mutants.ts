import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/settle.lua': {
    'a window that cannot be read does not hold up the others': [
      'local ok, fault = pcall(visit, e, item.s, item.key, item.at)',
      'local ok, fault = true, visit(e, item.s, item.key, item.at)',
    ],
    'a window that cannot be read is given up once': ['due.set(e, s, item.key, at)', ''],
    'a window that cannot be read counts no more': [
      ' elseif not b or b.kept then quota.add(e, s.name, -1) end',
      ' end',
    ],
    'a window that cannot be read is logged': [
      "e.commands[#e.commands + 1] = dlq.command(e.keys, e.next_id, 'windows'",
      "local _ = dlq.command(e.keys, e.next_id, 'windows'",
    ],
  },
  'src/apply/applier.ts': {
    'the infrastructure is never the fault of an entry': ['      if (isInfrastructure(error)) throw error;', ''],
    'an entry is blamed only when it is alone in its call': [
      'if (batch.suspect() === 1) await',
      'if (batch.suspect() > 0) await',
    ],
  },
};
