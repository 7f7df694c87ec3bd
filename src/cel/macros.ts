import { keysOf } from './equality.ts';
import { type Evaluation, type Evaluator, TOO_MANY_STEPS } from './evaluation.ts';
import type { Node, NodeOf } from './tree.ts';
import { adapted, Failed, MAP, nameOfType, typeOf } from './value.ts';

/** What a macro makes of its elements: `step` is called at each, and ends it by giving something; then `end` is asked. */
type Iteration = Readonly<{ step: (run: Evaluation, element: unknown) => unknown; end: () => unknown }>;

const NOT_BOOL = new Failed('the condition of a macro is no bool');

/** A macro goes over the elements of a list, or the keys of a map, a step for each. */
export function compileMacro(
  { name, range, slot, filter, body }: NodeOf<'macro'>,
  compile: (node: Node) => Evaluator,
): Evaluator {
  const [elementsOf, evaluate] = [compile(range), compile(body)];
  const holds = filter === undefined ? undefined : compile(filter);
  const begin = (): Iteration => {
    switch (name) {
      case 'all':
        return quantifier(evaluate, false);
      case 'exists':
        return quantifier(evaluate, true);
      case 'exists_one':
        return one(evaluate);
      case 'filter':
        return collected(evaluate, undefined);
      case 'map':
        return collected(holds, evaluate);
    }
  };
  return (run) => {
    const container = elementsOf(run);
    if (container instanceof Failed) return container;
    return over(run, container, slot, name, begin());
  };
}

function over(run: Evaluation, container: unknown, slot: number, name: string, loop: Iteration): unknown {
  const isList = Array.isArray(container);
  if (!isList && typeOf(container) !== MAP) return new Failed(`"${name}" does not take ${nameOfType(container)}`);
  const elements = isList ? container : keysOf(run, container as object);
  if (elements === undefined) return TOO_MANY_STEPS;
  for (const element of elements) {
    if (isList && !run.take(1)) return TOO_MANY_STEPS;
    const value = adapted(element);
    run.locals[slot] = value;
    const ended = loop.step(run, value);
    if (ended !== undefined) return ended;
  }
  return loop.end();
}

/** `exists` ends with the first that holds, `all` with the first that does not; a failure counts when none does. */
function quantifier(evaluate: Evaluator, end: boolean): Iteration {
  let failure: Failed | undefined;
  return {
    step: (run) => {
      const holds = evaluate(run);
      if (holds === end || holds === TOO_MANY_STEPS) return holds;
      if (typeof holds !== 'boolean') failure ??= holds instanceof Failed ? holds : NOT_BOOL;
      return undefined;
    },
    end: () => failure ?? !end,
  };
}

function one(evaluate: Evaluator): Iteration {
  let count = 0;
  return {
    step: (run) => {
      const holds = evaluate(run);
      if (typeof holds !== 'boolean') return holds instanceof Failed ? holds : NOT_BOOL;
      if (holds) count += 1;
      return undefined;
    },
    end: () => count === 1,
  };
}

/** The elements that hold, or what is made of them. */
function collected(holds: Evaluator | undefined, made: Evaluator | undefined): Iteration {
  const list: unknown[] = [];
  return {
    step: (run, element) => {
      const chosen = holds === undefined ? true : holds(run);
      if (typeof chosen !== 'boolean') return chosen instanceof Failed ? chosen : NOT_BOOL;
      if (!chosen) return undefined;
      const value = made === undefined ? element : made(run);
      if (value instanceof Failed) return value;
      list.push(value);
      return undefined;
    },
    end: () => list,
  };
}
