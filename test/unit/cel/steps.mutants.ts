import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/cel/evaluation.ts': {
    '17.1: 10,000 steps': ['STEP_LIMIT = 10_000;', 'STEP_LIMIT = 10_010;'],
    '17.1: a step for each 100 characters': ['const CHARACTERS = 100;', 'const CHARACTERS = 101;'],
  },
  'src/cel/compile.ts': {
    '17.1: each node is a step': ['run.steps += 1;', "run.steps += node.kind === 'literal' ? 0 : 1;"],
    '17.1: too many steps end it': ['run.steps > STEP_LIMIT ? TOO_MANY_STEPS : evaluate(run)', 'evaluate(run)'],
  },
  'src/cel/macros.ts': {
    '17.1: each element of a macro is a step': ['isList && !run.take(1)', 'isList && !run.take(0)'],
  },
  'src/cel/equality.ts': {
    '17.1: texts of other lengths are not gone over': [
      '    if (a.length !== b.length) return false;\n    return run.takeText(a.length) ? a === b',
      '    return run.takeText(a.length) ? a === b',
    ],
    '17.1: each element that is compared is a step': [
      '    if (!run.take(1)) return TOO_MANY_STEPS;\n    const same = equal(run, adapted(a[i]), adapted(b[i]));',
      '    const same = equal(run, adapted(a[i]), adapted(b[i]));',
    ],
    '17.1: each entry of a map is a step': ['return run.take(keys.length) ? keys', 'return run.take(0) ? keys'],
  },
  'src/cel/regular-expression.ts': {
    '17.1: a step for each 5 characters': [
      'Math.ceil(text.length / CHARACTERS)',
      'Math.ceil(text.length / CHARACTERS / 2)',
    ],
    '17.1: times the instructions in units of 16': ['Math.ceil(size / INSTRUCTIONS)', '1'],
    '17.1: braces count out what they stand behind': ['counts.reduce((all, count) => all * count, 1)', '1'],
    '17.1: a pattern that is worked out is read first': ['if (!run.take(readingSteps(pattern)))', 'if (!run.take(0))'],
  },
  'src/cel/text-search.ts': {
    '17.1: of contains both texts count': ['(text.length + part.length)', 'text.length'],
    '17.1: twice where the part is long': ['part.length > SHORT ? 2 : 1', '1'],
  },
  'src/cel/functions.ts': {
    '17.1: size goes over texts': [
      'run.takeText(value.length) ? BigInt(characters',
      'run.takeText(0) ? BigInt(characters',
    ],
    '17.1: of startsWith the part counts': ['text.startsWith(part), ofPart)', 'text.startsWith(part), searchedLength)'],
  },
  'src/cel/order.ts': {
    '17.1: of a comparison the shorter text counts': [
      'run.takeText(Math.min(a.length, b.length)) ? compareText',
      'run.takeText(Math.max(a.length, b.length)) ? compareText',
    ],
  },
  'src/cel/conversions.ts': {
    '17.1: each part of a duration is a step': ['run.take(parts.length) ?', 'run.take(1) ?'],
  },
  'src/cel/time-parts.ts': {
    '17.1: a zone that is worked out has to be found': ['run.take(FINDING + ASKING)', 'run.take(ASKING)'],
    '17.1: a zone with a name costs steps': ['isName && !run.take(ASKING)', 'isName && !run.take(0)'],
  },
};
