import { compileTree } from './compile.ts';
import { type CelEvent, Evaluation, type Evaluator } from './evaluation.ts';
import { InvalidExpression } from './invalid-expression.ts';
import { type Wants, wrongResult } from './static-type.ts';
import { parseTree } from './syntax.ts';
import type { About, Node } from './tree.ts';
import { asDouble, Failed, nameOfType } from './value.ts';

export { type CelEvent, STEP_LIMIT } from './evaluation.ts';
export { InvalidExpression } from './invalid-expression.ts';
export type { Wants } from './static-type.ts';

/** A condition, or what `distinct` and `sum` count, ready to be asked about events (rules 17.1 and 17.2). */
export type Expression = Readonly<{ text: string; wants: Wants; tree: Node; evaluate: Evaluator }>;

/** What an expression gives where it gives what was asked for: a boolean, a number, or one of both or a text. */
export type Answer = boolean | number | string;

/** `steps`: how many it took. `error`: why it gave nothing, a short sentence for people. */
export type Result = Readonly<{ steps: number } & ({ ok: true; value: Answer } | { ok: false; error: string })>;

/**
 * Reads an expression that has to give a boolean, a number, or a `value`: a text, number or boolean.
 * @throws InvalidExpression for what is an error of the document
 */
export function compileExpression(text: string, wants: Wants, about: About = 'event'): Expression {
  if (typeof text !== 'string') throw new InvalidExpression('must be a text', 1, 1);
  const tree = parseTree(text, about);
  const wrong = wrongResult(tree, wants);
  if (wrong !== undefined) throw InvalidExpression.at(wrong, text, tree.at);
  return { text, wants, tree, evaluate: compileTree(tree) };
}

/** Asks an expression about an event. Never throws: what fails is an answer too. */
export function evaluate({ wants, evaluate }: Expression, event: CelEvent): Result {
  const run = new Evaluation(event);
  const value = evaluate(run);
  const { steps } = run;
  if (value instanceof Failed) return { steps, ok: false, error: value.reason };
  const answer = answerOf(value, wants);
  if (answer !== undefined) return { steps, ok: true, value: answer };
  return { steps, ok: false, error: `gives ${nameOfType(value)}` };
}

function answerOf(value: unknown, wants: Wants): Answer | undefined {
  if (typeof value === 'boolean') return wants === 'number' ? undefined : value;
  if (wants === 'boolean') return undefined;
  if (typeof value === 'string') return wants === 'value' ? value : undefined;
  const number = asDouble(value);
  if (number === undefined || (wants === 'number' && !Number.isFinite(number))) return undefined;
  // -0 is 0 (rules 17.2), and what is no number is no value.
  return Number.isNaN(number) ? undefined : number + 0;
}
