import type { Mutants } from '../rigs/mutate/mutation.ts';

export const protections: Mutants = {
  'src/cli/verbs/check.ts': {
    'a warning fails with --strict only': ['(strict === true && warnings > 0)', 'warnings > 0'],
    'with --strict a warning fails': ['(strict === true && warnings > 0)', 'false'],
  },
  'src/cli/view/problem.ts': {
    'nothing of a file ends an annotation': ["text.replaceAll('%', '%25')", 'text'],
    'nothing of a file is a property of an annotation': [".replaceAll(',', '%2C')", ''],
  },
  'src/cli/position.ts': {
    'an unknown key is marked, not its value': ["reason !== 'unknown key' && ", ''],
    'a condition is marked where it is wrong': ['if (within !== null) return within;', ''],
    'a text with escapes has no columns of its own': ['if (line > 1 || /[\\\\\\n]/.test(source)) return null;', ''],
    'a long line is cut': ['column > SHOWN_BEFORE && text.length > SHOWN', 'false'],
  },
};
