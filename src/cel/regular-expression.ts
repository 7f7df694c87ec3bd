import { RE2JS, RE2JSException } from 're2js';
import { type Evaluation, TOO_MANY_STEPS } from './evaluation.ts';
import { Failed } from './value.ts';

/** A step of `matches` goes over so many characters, … */
const CHARACTERS = 5;

/** … and so many instructions of the pattern's program at each of them. */
const INSTRUCTIONS = 16;

/** A compiled pattern with the size of its program. */
export type Pattern = Readonly<{ expression: RE2JS; size: number }>;

/** @returns the reason where the text is no pattern of RE2 */
export function compilePattern(text: string): Pattern | Failed {
  try {
    const expression = RE2JS.compile(text);
    return { expression, size: expression.programSize() };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return new Failed(error.message);
  }
}

/** Whether the pattern is found anywhere in the text. */
export function isFound(run: Evaluation, { expression, size }: Pattern, text: string): boolean | Failed {
  const stretches = Math.ceil(text.length / CHARACTERS);
  const units = Math.max(1, Math.ceil(size / INSTRUCTIONS));
  return run.take(stretches * units) ? expression.test(text) : TOO_MANY_STEPS;
}

/** `matches` with a pattern that the condition works out. */
export function matches(run: Evaluation, text: unknown, pattern: unknown): unknown {
  if (typeof text !== 'string' || typeof pattern !== 'string') return undefined;
  const compiled = compilePattern(pattern);
  return compiled instanceof Failed ? compiled : isFound(run, compiled, text);
}
