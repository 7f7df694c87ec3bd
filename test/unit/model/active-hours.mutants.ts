import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/model/active-hours.ts': {
    'active hours: across midnight the day is that of the start': [
      '(time < this.#toMs && this.#on(midnight - DAY_MS))',
      '(time < this.#toMs && this.#on(midnight))',
    ],
    'active hours: changes of the clock': ['if (beginsMs < changeMs) return beginsMs;', 'return beginsMs;'],
    'active hours: the zone': ["IANAZone.create(hours.timezone ?? 'UTC')", "IANAZone.create('UTC')"],
  },
};
