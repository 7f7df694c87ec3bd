import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/apply/standby.ts': {
    'workers: one that is not needed stands by': ['this.#standsBy = tooMany;', 'this.#standsBy = false;'],
    'workers: one that stands by comes back when the others stop': [
      'if (!this.#suffices((then - applied) / (thenMs - atMs))) break;',
      '',
    ],
    'workers: those that share heavy matching go on': ['return this.#isCheap && rate', 'return rate'],
    'workers: two with cheap events do not take turns for long': [
      'if (this.#idle <=',
      'if (this.#idle >= 0 || this.#idle <=',
    ],
  },
};
