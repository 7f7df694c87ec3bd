import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/conditions.ts': {
    '17: a pattern asks for labels, too': [
      'isNamed(question.event.event) && isCovered',
      'isNamed(question.event.event) || isCovered',
    ],
    '17.1: a pattern has a condition of its own': ['(condition === null || condition(question))', 'true'],
    '17.1: a condition knows when it happened': ['occurredMs: occurred', 'occurredMs: received'],
    '17.1: what fails is not met': ['question.answer(expression) === true', 'question.answer(expression) !== false'],
    '17.1: what fails is counted': ["expression.wants === 'boolean'", "expression.wants === 'number'"],
    '17.2: numbers are another type than texts': ["typeof value === 'number' ? 'n'", "typeof value === 'number' ? 's'"],
    '17.2: long values are compared by a digest': ['fits(value, VALUE_LIMIT) && ', ''],
    '17.2: texts that no UTF-8 has are different': ['&& value.isWellFormed()', ''],
  },
  'src/match/interest.ts': {
    '17: a condition holds for every event': ['|| !this.#where(question)', ''],
    '17: events that reset are wanted': ['arms || resets || resolves', 'arms || resolves'],
    '17: events that resolve are wanted': ['arms || resets || resolves', 'arms || resets'],
    '17.2: without a value it is not expected': ['expects: meets && !lacks', 'expects: meets'],
    '17.9: an event empties a composite': [
      'expects: false, arms: false, empties: true',
      'expects: true, arms: false, empties: true',
    ],
  },
  'src/match/asks.ts': {
    '17: composites are filed by what empties them': [
      'filingsIn(trigger.unless ?? [], NOTHING)',
      'filingsIn([], NOTHING)',
    ],
    '17: events that reset are looked for': ['...(trigger.reset ?? []), ', ''],
  },
};
