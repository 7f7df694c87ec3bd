import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/apply/poison.ts': {
    'poison: what fails again and again is set aside': [
      'const setAside = attempts >= POISON_ATTEMPTS;',
      'const setAside = attempts < 0;',
    ],
  },
  'src/apply/turn.ts': {
    'take-over of entries: after a bound': ['return nowMs - this.#sinceMs >= TAKE_OVER_MS;', 'return false;'],
    'take-over of entries: not before the bound': ['this.#sinceMs >= TAKE_OVER_MS', 'this.#sinceMs >= 0'],
  },
};
