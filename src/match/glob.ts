import { scan } from './glob-scan.ts';
import { ANY_CHARACTER, ANY_RUN, accepts, type CharacterSet, FIRST_SET, type Program } from './glob-steps.ts';

export { type CharacterSet, isInSet } from './glob-steps.ts';

/** Tells whether a value matches. An absent value never does, not even under a negated pattern (rules 3.1, rule 1). */
export type GlobMatcher = (value: string | undefined) => boolean;

/**
 * How a pattern can be filed, so that it need not be tried on every text.
 * `exact`: matches `text` and nothing else. `prefix`: matches what begins with `text`. `any`: matches every text.
 * `other`: must be tried, but only on texts that begin with `text` (often empty, always so when negated).
 */
export type GlobShape = { kind: 'exact' | 'prefix' | 'any' | 'other'; text: string };

/** What stands between two texts of a pattern. */
export type Gap = '*' | '?' | CharacterSet;

/** A pattern taken apart, its negation apart from its body. There is one text more than there are gaps; texts may be empty. */
export type GlobParts = {
  negated: boolean;
  body: string;
  texts: readonly [string, ...string[]];
  gaps: readonly Gap[];
};

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BANG = 0x21;
const DASH = 0x2d;

/**
 * Coming back to a run takes so many steps for each unit of the value, and this many more, before a match goes on by another way, whose
 * steps are (length of the pattern) / 32 × (length of the value) at most. Only patterns and values made for it get there.
 */
const BACK_STEPS_EACH = 16;
const BACK_STEPS = 10_000;

/** Compiles a pattern of rules 3.1. A match takes some 50 steps for each unit of the value at most. */
export function compileGlob(pattern: string): GlobMatcher {
  if (!pattern.startsWith('!')) return compileBody(pattern);
  const matches = compileBody(pattern.slice(1));
  return (value) => value !== undefined && !matches(value);
}

/** Says where a pattern can be filed; see {@link GlobShape}. */
export function classifyGlob(pattern: string): GlobShape {
  if (pattern.startsWith('!')) return { kind: 'other', text: '' };
  if (isPlain(pattern)) return { kind: 'exact', text: pattern };
  const { steps } = programOf(pattern);
  const lead = leadLength(steps);
  const text = textOf(steps.slice(0, lead));
  if (lead === steps.length) return { kind: 'exact', text };
  if (lead < steps.length - 1 || steps[lead] !== ANY_RUN) return { kind: 'other', text };
  return { kind: lead === 0 ? 'any' : 'prefix', text };
}

/** Takes a pattern apart: patterns with equal parts match the same. */
export function partsOf(pattern: string): GlobParts {
  const negated = pattern.startsWith('!');
  const body = negated ? pattern.slice(1) : pattern;
  if (isPlain(body)) return { negated, body, texts: [body], gaps: [] };
  const { steps, sets } = programOf(body);
  const texts: [string, ...string[]] = [''];
  const gaps: Gap[] = [];
  for (const step of steps) {
    if (isText(step)) texts.push(texts.pop() + String.fromCodePoint(step));
    else {
      gaps.push(gapOf(step, sets));
      texts.push('');
    }
  }
  return { negated, body, texts, gaps };
}

/** {@link compileGlob} for a pattern without its negation: a `!` in front stands for itself. */
export function compileBody(pattern: string): GlobMatcher {
  if (isPlain(pattern)) return (value) => value === pattern;
  const program = programOf(pattern);
  const { steps } = program;
  const lead = leadLength(steps);
  const prefix = textOf(steps.slice(0, lead));
  if (lead === steps.length) return (value) => value === prefix;
  if (steps[lead] !== ANY_RUN || steps.slice(lead + 1).some((step) => !isText(step))) {
    return (value) => value !== undefined && run(program, value);
  }
  const suffix = textOf(steps.slice(lead + 1));
  const shortest = prefix.length + suffix.length;
  return (value) =>
    value !== undefined && value.length >= shortest && value.startsWith(prefix) && value.endsWith(suffix);
}

/** A pattern of plain characters: by far the most common case, so it is not parsed. */
function isPlain(pattern: string): boolean {
  return !/[*?[]/.test(pattern) && pattern.isWellFormed();
}

/** How many steps at the beginning are plain text. */
function leadLength(steps: readonly number[]): number {
  const end = steps.findIndex((step) => !isText(step));
  return end === -1 ? steps.length : end;
}

/**
 * Half of a surrogate pair is a code point like any other for a pattern, but joined to a text it could complete
 * a pair or cut one in two; only whole characters may be compared as text.
 */
function isText(step: number): boolean {
  return step >= 0 && (step < 0xd800 || step > 0xdfff);
}

function gapOf(step: number, sets: readonly CharacterSet[]): Gap {
  if (step === ANY_RUN) return '*';
  if (step === ANY_CHARACTER) return '?';
  return sets[FIRST_SET - step] ?? { negated: false, ranges: [step, step] };
}

function textOf(steps: readonly number[]): string {
  return steps.map((step) => String.fromCodePoint(step)).join('');
}

/** A pattern without its negation as steps. */
export function programOf(pattern: string): Program {
  const points = Array.from(pattern, (character) => character.codePointAt(0) ?? 0);
  const steps: number[] = [];
  const sets: CharacterSet[] = [];
  // When one set is not closed, no later one is. Without this check, `[[[[…` would take quadratic time.
  let closable = true;
  for (let at = 0; at < points.length; at += 1) {
    const point = points[at] ?? 0;
    if (point === STAR) {
      if (steps.at(-1) !== ANY_RUN) steps.push(ANY_RUN);
    } else if (point === QUESTION) {
      steps.push(ANY_CHARACTER);
    } else if (point === OPEN && closable) {
      const first = points[at + 1] === BANG ? at + 2 : at + 1;
      // The first member may be `]` itself, so the search begins behind it.
      const end = points.indexOf(CLOSE, first + 1);
      closable = end !== -1;
      steps.push(closable ? stepOfSet(parseSet(points.slice(first, end), first === at + 2), sets) : OPEN);
      if (closable) at = end;
    } else {
      steps.push(point);
    }
  }
  return { steps, sets };
}

/** A range needs a character on both sides of its `-`; any other `-` is a member. */
function parseSet(members: readonly number[], negated: boolean): CharacterSet {
  const ranges: number[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const low = members[at] ?? 0;
    const high = members[at + 1] === DASH ? members[at + 2] : undefined;
    if (high === undefined) {
      ranges.push(low, low);
      continue;
    }
    if (low <= high) ranges.push(low, high);
    at += 2;
  }
  return { negated, ranges };
}

/** A set of one character is that character: `[*]` is how a literal star is written, and it should be filed as one. */
function stepOfSet(set: CharacterSet, sets: CharacterSet[]): number {
  const [only] = set.ranges;
  if (only !== undefined && !set.negated && set.ranges.every((point) => point === only)) return only;
  return FIRST_SET - (sets.push(set) - 1);
}

/**
 * Goes through value and steps side by side. On a mismatch only the latest run can help: whatever an earlier one could
 * take, the latest can take as well. So there is one place to come back to, and no nesting of attempts.
 */
function run(program: Program, value: string): boolean {
  const { steps, sets } = program;
  let left = value.length * BACK_STEPS_EACH + BACK_STEPS;
  let step = 0;
  let at = 0;
  let runStep = -1;
  let runEnd = 0;
  while (at < value.length) {
    const wanted = steps[step];
    if (wanted === ANY_RUN) {
      runStep = step;
      runEnd = at;
      step += 1;
      continue;
    }
    const point = value.codePointAt(at) ?? 0;
    if (wanted !== undefined && accepts(wanted, point, sets)) {
      at += point > 0xffff ? 2 : 1;
      step += 1;
      continue;
    }
    if (runStep === -1) return false;
    left -= step - runStep;
    if (left < 0) return scan(program, value);
    runEnd += (value.codePointAt(runEnd) ?? 0) > 0xffff ? 2 : 1;
    at = runEnd;
    step = runStep + 1;
  }
  if (steps[step] === ANY_RUN) step += 1;
  return step === steps.length;
}
