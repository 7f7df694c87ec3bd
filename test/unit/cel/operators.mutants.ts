import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/cel/conversions.ts': {
    '17.1: longer texts are no timestamps': ['value.length > LONGEST_TIME ? NO_TIMESTAMP : ', ''],
    '17.1: nor durations': ['  if (value.length > LONGEST_TIME) return NO_DURATION;\n', ''],
  },
  'src/cel/arithmetic.ts': {
    '17.1: an integer counts as a double beside one': [
      'const [left, right] = [asDouble(a), asDouble(b)];',
      'const [left, right] = [a === b ? asDouble(a) : undefined, asDouble(b)];',
    ],
    '17.1: `%` is for integers': ['      // For integers alone.\n      return undefined;', '      return a % b;'],
  },
  'src/cel/value.ts': {
    '17.1: a number that was kept as its source is a double': ['Number(found.rawJSON)', 'found'],
    '17.1: own keys only': ['!Object.hasOwn(map as object, key)', '!(key in (map as object))'],
  },
  'src/cel/order.ts': {
    '17.1: texts are ordered by characters': ['rank(left) - rank(right)', 'left - right'],
  },
  'src/cel/compile.ts': {
    '17.1: `||` and `&&` absorb what fails on the left': ['    if (b === end) return end;\n', ''],
    '17.1: a side that decides is enough': ['    if (a === end) return end;\n', ''],
    '17.1: `has` of a key with null is true': [
      'entryOf(map, field) !== undefined',
      '(entryOf(map, field) ?? undefined) !== undefined',
    ],
  },
  'src/cel/macros.ts': {
    '17.1: what fails for one element does not matter when another decides': [
      'failure ??= holds instanceof Failed ? holds : NOT_BOOL;',
      'return holds instanceof Failed ? holds : NOT_BOOL;',
    ],
  },
  'src/cel/relations.ts': {
    '17.1: all relations bind alike': [
      'RELATIONS.has(token) && relation.equal',
      'RELATIONS.has(token) && token === text',
    ],
  },
};
