import type { Mutants } from '../../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'src/match/glob-tree.ts': {
    '3.1: a pattern is compared with the whole value': ['end !== undefined && at === text.length', 'end !== undefined'],
    '3.1: `*` takes the empty run too': ['let from = at;', 'let from = at + unitsOf(text.codePointAt(at) ?? 0);'],
    '3.1: `*` takes any run': ['this.#enter(place, text, from, into);', 'this.#enter(place, text, at, into);'],
    '3.1: `?` takes a whole character': ['const next = at + unitsOf(point);', 'const next = at + 1;'],
    '3.1: `?` takes a character': [
      'if (point === undefined) return;',
      'if (point === undefined && sets !== undefined) return;',
    ],
    '3.1: a set takes one of its characters': ['place !== undefined && isInSet(gap, point)', 'place !== undefined'],
    '3.1: sets with other members are others': ['ranges.join()}`;', 'ranges.length}`;'],
    '3.1: a set and its negation are two': ["negated ? '!' : '='", "'='"],
    '3.1: a pattern with many gaps matches like any other': [
      'if (matches(text)) into.push(value);',
      'into.push(value);',
    ],
  },
};

export const protections: Mutants = {
  'src/match/glob-tree.ts': {
    'a run enters no place twice at one position': ['branch.metFrom = at;', ''],
    'a run is met anew by each text': ['if (branch.metIn !== this.#calls) {', 'if (branch.metIn === 0) {'],
    'each pattern is found once': ['untold.triedIn = this.#calls;', ''],
    'patterns of many gaps are filed no deeper': ['const FILED_GAPS = 12;', 'const FILED_GAPS = 1_000_000;'],
    'what leads nowhere is taken out': [
      '?? untold) === undefined) place.delete(text);',
      '?? untold) === undefined) return;',
    ],
    'a gap that leads nowhere is taken out': ['(branch.whole ?? branch.place) === undefined', 'branch.metFrom < 0'],
  },
};
