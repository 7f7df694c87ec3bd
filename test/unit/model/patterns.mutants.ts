import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/model/pattern.ts': {
    '17: an object of one name is that name': ['events.length === 1;', 'events.length === 0;'],
    '17: the order of patterns does not matter': ['.sort(([a], [b]) => compareText(a, b)).map(', '.map('],
    '17: a pattern without names is for any': ["const ANY_NAME = '*'", "const ANY_NAME = '?*'"],
  },
  'src/model/event-trigger.ts': {
    '5.2: a key alerts once in a silence': ['repeat ?? forEach.length === 0', 'repeat ?? true'],
    '17: a sliding window is quiet for its own length': ['? withinMs : 0)', '? 0 : 0)'],
    '17: an alert needs no quiet': ['sliding && alert.resolve === undefined', 'sliding'],
    '17.10: a sum may not be combined': ["'cannot be combined with", "'can be combined with"],
    '17.10: at most so many different values': ['DISTINCT_LIMIT = 10_000', 'DISTINCT_LIMIT = 10_001'],
    '17.10: at most so many in a sliding window': ['SLIDING_LIMIT = 1_000', 'SLIDING_LIMIT = 1_001'],
    '17.10: a sliding window needs a length': ['sum !== undefined || isZero', 'sum !== undefined'],
  },
  'src/model/alert-keys.ts': {
    '17.10: a reminder after a second at the earliest': ['SHORTEST_REMIND_MS = 1_000', 'SHORTEST_REMIND_MS = 999'],
    '17.10: an empty list resolves nothing': ['patterns.length === 0 && afterMs', 'patterns.length < 0 && afterMs'],
  },
};
