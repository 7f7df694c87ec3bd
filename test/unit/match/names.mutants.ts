import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/negations.ts': {
    '3.1: `!x` meets what `x` does not': [
      'if (metIn !== this.#calls) into.push(value);',
      'if (metIn === this.#calls) into.push(value);',
    ],
    '3.1: of every text anew': ['this.#met.length = 0;', ''],
    '13: a negation that was taken out meets nothing': ['this.#all.delete(negation);', ''],
  },
  'src/match/names.ts': {
    '3.1: a negation is found among the others': ['this.#negations?.collect(text, into);', ''],
    '3.1: a literal name is found among the others': ['if (exact !== undefined) into.push(exact);', ''],
  },
};
