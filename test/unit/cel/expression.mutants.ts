import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/cel/syntax.ts': {
    '17.1: an unknown variable is an error': [
      'throw this.#error(`unknown variable',
      "return { kind: 'local', slot: 0, at };\n    throw this.#error(`unknown variable",
    ],
    '17.1: an unknown function is an error': [
      'if (counts === undefined) throw',
      "if (counts === undefined && name === '') throw",
    ],
    '17.1: a wrong number of arguments is an error': ['!counts.includes(count)', 'count > 3'],
    '17.1: a condition has at most 2,000 characters': [
      'text.length > TEXT_LIMIT && [...text].length > TEXT_LIMIT',
      'text.length > 2 * TEXT_LIMIT',
    ],
    '17.1: an invalid pattern is an error where it is a literal': [
      'if (pattern instanceof Failed) throw this.#error(pattern.reason, given.at);',
      "if (pattern instanceof Failed) return { kind: 'call', name, args, at };",
    ],
    '17.1: nesting 32': ['maxDepth: NESTING_LIMIT + 1,', 'maxDepth: NESTING_LIMIT + 2,'],
  },
  'src/cel/expression.ts': {
    '17.1: a result that can only be of a wrong type is an error': ['wrong !== undefined', 'wrong === text'],
    '17.2: a value of sum is finite': ["(wants === 'number' && !Number.isFinite(number))", 'false'],
    '17.2: -0 is 0': ['number + 0', 'number'],
  },
  'src/cel/static-type.ts': {
    '17.1: what may be right is no error': ['(types & right) !== 0', '(types & ~right) === 0'],
  },
};
