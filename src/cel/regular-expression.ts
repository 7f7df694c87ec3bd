import { RE2JS, RE2JSException } from 're2js';
import { type Evaluation, STEP_LIMIT, TOO_MANY_STEPS } from './evaluation.ts';
import { PatternWalk } from './pattern-walk.ts';
import { Failed } from './value.ts';

/** A step of `matches` goes over so many characters of the text, … */
const CHARACTERS = 5;

/** … and at each of them over so many instructions of the pattern's program. */
const INSTRUCTIONS = 16;

/** Steps for each character of a pattern that an event brings: reading a class of Unicode takes so long. */
const READING = 20;

/** A pattern with the number of instructions of its program. */
export type Pattern = Readonly<{ walk: PatternWalk; size: number }>;

/** @returns the reason where the text is no pattern of RE2 */
export function compilePattern(text: string): Pattern | Failed {
  try {
    const expression = RE2JS.compile(text);
    return { walk: new PatternWalk(expression), size: expression.programSize() };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return new Failed(error.message);
  }
}

/** Whether the pattern is found anywhere in the text. Stretches and units count that have begun. */
export function isFound(run: Evaluation, { walk, size }: Pattern, text: string): boolean | Failed {
  const stretches = Math.ceil(text.length / CHARACTERS);
  const units = Math.ceil(size / INSTRUCTIONS);
  return run.take(stretches * units) ? walk.finds(text) : TOO_MANY_STEPS;
}

/** Without the library's reason, which quotes the pattern: it may be a secret, and reasons are counted. */
const NO_PATTERN = new Failed('text is no regular expression');

/** `matches` with a pattern that is not in the condition but worked out by it. */
export function matches(run: Evaluation, text: unknown, pattern: unknown): unknown {
  if (typeof text !== 'string' || typeof pattern !== 'string') return undefined;
  if (!run.take(readingSteps(pattern))) return TOO_MANY_STEPS;
  const compiled = compilePattern(pattern);
  return compiled instanceof Failed ? NO_PATTERN : isFound(run, compiled, text);
}

/** A count in braces writes what it counts out, one within another multiplies: that many characters are read at most. */
function readingSteps(pattern: string): number {
  if (pattern.length * READING > STEP_LIMIT) return pattern.length * READING;
  const counts = [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(
    ([, least, most]) => Math.max(Number(least), Number(most ?? 0)) + 1,
  );
  return pattern.length * (READING + counts.reduce((all, count) => all * count, 1));
}
