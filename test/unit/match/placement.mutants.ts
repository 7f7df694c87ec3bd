import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/match/placement.ts': {
    'partitions: an automation lives everywhere only where each of its triggers does': [
      "return trigger.type === 'event' || trigger.triggers.every((child) => isSpread(child, by));",
      'return true;',
    ],
    'partitions: an automation without the label in for_each is global': [
      'if (!trigger.forEach.includes(by) || hears(trigger)) return false;',
      'if (hears(trigger)) return false;',
    ],
    'partitions: an automation that hears of firings is global': [
      'if (!trigger.forEach.includes(by) || hears(trigger)) return false;',
      'if (!trigger.forEach.includes(by)) return false;',
    ],
  },
};
