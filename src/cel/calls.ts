import { type Evaluator, TOO_MANY_STEPS } from './evaluation.ts';
import { type CelFunction, FUNCTIONS } from './functions.ts';
import { noOverload } from './overload.ts';
import { isFound } from './regular-expression.ts';
import { TIME_PARTS, timePartIn } from './time-parts.ts';
import type { Node, NodeOf } from './tree.ts';
import { Failed } from './value.ts';

export function compileCall({ name, args }: NodeOf<'call'>, compile: (node: Node) => Evaluator): Evaluator {
  const [first, second] = args.map(compile);
  const call = inKnownZone(name, args[1]) ?? FUNCTIONS.get(name);
  if (first === undefined || call === undefined) throw new Error(`"${name}" has no implementation`);
  return (run) => {
    const a = first(run);
    if (a instanceof Failed) return a;
    const b = second?.(run);
    if (b instanceof Failed) return b;
    const result = call(run, a, b);
    if (result !== undefined) return result;
    return second === undefined ? noOverload(name, a) : noOverload(name, a, b);
  };
}

function inKnownZone(name: string, zone: Node | undefined): CelFunction | undefined {
  if (zone?.kind !== 'literal' || typeof zone.value !== 'string' || !TIME_PARTS.includes(name)) return undefined;
  const part = timePartIn(zone.value);
  return (run, value) => part(run, name, value);
}

/** Its pattern is a node too, and a step. */
export function compileMatches({ subject, pattern }: NodeOf<'matches'>, compile: (node: Node) => Evaluator): Evaluator {
  const inner = compile(subject);
  return (run) => {
    const text = inner(run);
    if (text instanceof Failed) return text;
    if (typeof text !== 'string') return noOverload('matches', text, '');
    return run.take(1) ? isFound(run, pattern, text) : TOO_MANY_STEPS;
  };
}
