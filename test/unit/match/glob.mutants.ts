import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/glob.ts': {
    '3.1: an absent value never matches, not even a negation': [
      'value !== undefined && !matches(value)',
      '!matches(value)',
    ],
    '3.1: `?` is exactly one character': ['steps.push(ANY_CHARACTER);', 'steps.push(ANY_RUN);'],
    '3.1: `!` negates the pattern': ['value !== undefined && !matches(value)', 'value !== undefined && matches(value)'],
  },
  'src/match/glob-steps.ts': {
    '3.1: `!` in a set negates it': ['set.negated !== isMember(set.ranges, point)', 'isMember(set.ranges, point)'],
    '3.1: a range includes its ends': ['point <= (ranges[pair + 1] ?? 0)', 'point < (ranges[pair + 1] ?? 0)'],
  },
};
