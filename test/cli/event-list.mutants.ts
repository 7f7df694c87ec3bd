import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cli/event-list.ts': {
    'a list that ends early is an error': ["if (this.#where !== 'before') throw", "if (this.#where === 'head') throw"],
    'a comma inside an event parts nothing': ['return this.#depth === 0;', 'return this.#depth >= 0;'],
  },
};
