import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/exact.ts': {
    '2: -0 stays -0': ["a.startsWith('-') === b.startsWith('-') && ", ''],
    '2: zeros behind the last digit say nothing': [" && digits[last - 1] === '0'", ' && false'],
    '2: a long number is looked at': ['end - at >= DOUBTFUL_DIGITS || ', ''],
    '2: so is one with an exponent': [' || (json.charCodeAt(end) | LOWER) === E', ''],
    '2: and -0': ['else if (unit === DASH && json.charCodeAt(at + 1) === ZERO) return true;', ''],
    '2: also behind a text with a quotation mark': ['if ((at - escapes) % 2 === 0) return at;', 'return at;'],
    '2: what JSON would make null of is refused': ['if (!Number.isFinite(value)) throw', 'if (value === 0.5) throw'],
  },
};
