import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/pattern.ts': {
    '17: an object of one name is that name': ['events.length === 1;', 'events.length === 0;'],
    '17: the order of patterns does not matter': ['.sort(([a], [b]) => compareText(a, b)).map(', '.map('],
    '17: a pattern without names is for any': ["const ANY_NAME = '*'", "const ANY_NAME = '?*'"],
    '17.10: a pattern is a text or an object': [
      "if (!isRecord(document)) throw new InvalidDocument(path, 'must be a string or an object', document);",
      "if (!isRecord(document)) return '*';",
    ],
    '17.10: an object has no other keys': ['    () => checkClosed(rest, others, path),\n', ''],
    '17.10: patterns stand in a list': [
      "if (!Array.isArray(value)) throw new InvalidDocument(path, 'must be a list of strings', value);",
      'if (!Array.isArray(value)) return NO_PATTERNS;',
    ],
  },
  'src/model/event-trigger.ts': {
    '5.2: a key alerts once in a silence': ['repeat ?? forEach.length === 0', 'repeat ?? true'],
    '17: a sliding window is quiet for its own length': ['? withinMs : 0)', '? 0 : 0)'],
    '17: an alert needs no quiet': ['sliding && alert.resolve === undefined', 'sliding'],
    '17.10: a sum may not be combined': ["'cannot be combined with", "'can be combined with"],
    '17.10: at most so many different values': ['DISTINCT_LIMIT = 10_000', 'DISTINCT_LIMIT = 10_001'],
    '17.10: at most so many in a sliding window': ['SLIDING_LIMIT = 1_000', 'SLIDING_LIMIT = 1_001'],
    '17.10: a sliding window needs a length': ['sum !== undefined || isZero', 'sum !== undefined'],
    '17.10: a sliding window is Reactive': [
      "posture === 'Proactive' || isNotEmptyList(after) || sum",
      'isNotEmptyList(after) || sum',
    ],
    '17.10: a sliding window is not armed': ['isNotEmptyList(after) || sum !== undefined', 'sum !== undefined'],
    '17.10: a sliding window has no sum': ['|| sum !== undefined || isZero', '|| isZero'],
    '17.10: there are two kinds of windows': ["if (window !== 'sliding') throw", "if (window === 'hopping') throw"],
    '17.10: a sum is above 0': ['threshold > 0 &&', 'threshold >= 0 &&'],
    '17.10: only a Reactive trigger cools down': ["  refuseProactive(level, 'cooldown');\n", ''],
    '17.10: a hundred events are collected at most': ['collect > COLLECT_LIMIT', 'collect > COLLECT_LIMIT + 1'],
    '17.10: whole events are collected': ['!Number.isInteger(collect) || ', ''],
    '17.10: the root collects': ["  refuseBelowRoot(level, 'collect');\n", ''],
  },
  'src/model/composite-trigger.ts': {
    '17.10: what empties a composite is a list of patterns': ["() => patternsAt(unless, at('unless')),", '() => [],'],
  },
  'src/model/alert-keys.ts': {
    '17.10: a reminder after a second at the earliest': ['SHORTEST_REMIND_MS = 1_000', 'SHORTEST_REMIND_MS = 999'],
    '17.10: an empty list resolves nothing': ['patterns.length === 0 && afterMs', 'patterns.length < 0 && afterMs'],
    '17.10: only the alert of a Reactive trigger says how it ends': ["  refuseProactive(level, 'resolve');\n", ''],
    '17.10: the root says how its alert ends': ["  refuseBelowRoot(level, 'resolve');\n", ''],
    '17.10: resolve is an object': ['if (!isRecord(resolve)) throw', 'if (resolve === null) throw'],
    '17.10: resolve has no other keys': ['    () => checkClosed(resolveRest, rest, path),\n', ''],
    '17.10: a silence lasts': ['sign === 0', 'sign === 9'],
    '17.10: the root reminds': ["  refuseBelowRoot(level, 'remind');\n", ''],
    '17.10: what reminds has an alert': [
      'isNotEmptyList(after) : resolve !== undefined',
      'isNotEmptyList(after) : true',
    ],
    '17.10: a standing absence does not remind': [
      "posture === 'Proactive' ? isNotEmptyList(after) :",
      "posture === 'Proactive' ? true :",
    ],
    '17.10: one reminder at least': ['limit < 1) {', 'limit < 0) {'],
    '17.10: whole reminders': ['!Number.isSafeInteger(limit) || ', ''],
    '17.10: a limit is one of reminders': ['if (remind === undefined) throw', 'if (remind === null) throw'],
  },
};
