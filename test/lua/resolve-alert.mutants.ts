import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'lua/include/resolving.lua': {
    'rules 13, resolve: a Reactive key goes on as behind L1': [
      'if not s.kind.proactive then active.over',
      'if false then active.over',
    ],
    'rules 13, resolve: the event of reminders is named': [
      's.kind.proactive and alert.fired or alert.event',
      'alert.event',
    ],
    'rules 13, resolve: another position is another firing': [
      'firing.part(engine.int(a.start)) .. firing.part(e.position)',
      "firing.part('')",
    ],
    'rules 13, resolve: the alert is over': ['  alert.forget(s, b)\n', ''],
  },
  'lua/include/change.lua': {
    'rules 13, resolve: a disabled automation settles nothing': [
      "for _, cell in ipairs(c.cells) do redis.call('ZREM', e.keys.due, cell.name) end",
      '',
    ],
  },
};
