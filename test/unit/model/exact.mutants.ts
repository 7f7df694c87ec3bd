import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/exact.ts': {
    '2: -0 stays -0': ["a.startsWith('-') === b.startsWith('-') && ", ''],
    '2: zeros behind the last digit say nothing': [" && digits[last - 1] === '0'", ' && false'],
    '2: a long number is looked at': ['[\\d.]{16}|', ''],
    '2: so is one with an exponent': ['|\\d[\\d.]{0,15}[eE]', ''],
    '2: and -0': ['|(?<=-)0(?!\\d)', ''],
    '2: what JSON would make null of is refused': ['if (!Number.isFinite(value)) throw', 'if (value === 0.5) throw'],
  },
};
