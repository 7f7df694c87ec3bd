import { type Arithmetic, calculate, negated } from './arithmetic.ts';
import { compileCall, compileMatches } from './calls.ts';
import { equal, isIn } from './equality.ts';
import { type Evaluation, type Evaluator, STEP_LIMIT, TOO_MANY_STEPS } from './evaluation.ts';
import { compileMacro } from './macros.ts';
import { compare } from './order.ts';
import { noOverload } from './overload.ts';
import type { BinaryOperator, Node, NodeOf, Variable } from './tree.ts';
import { adapted, entryOf, Failed, keyOf, MAP, MapValue, nameOfType, TimestampValue, typeOf, Uint } from './value.ts';

/** Makes functions of a tree, once, so that evaluating looks nothing up. */
export function compileTree(node: Node): Evaluator {
  const evaluate = compileNode(node);
  return (run) => {
    run.steps += 1;
    return run.steps > STEP_LIMIT ? TOO_MANY_STEPS : evaluate(run);
  };
}

function compileNode(node: Node): Evaluator {
  switch (node.kind) {
    case 'literal': {
      const { value } = node;
      return () => value;
    }
    case 'variable':
      return VARIABLES[node.name];
    case 'local': {
      const { slot } = node;
      return (run) => run.locals[slot];
    }
    case 'select':
      return compileSelect(node);
    case 'has':
      return compileHas(node);
    case 'index':
      return compileIndex(node);
    case 'unary':
      return compileUnary(node);
    case 'binary':
      return compileBinary(node);
    case 'logic':
      return compileLogic(node);
    case 'choice':
      return compileChoice(node);
    case 'list':
      return compileList(node);
    case 'map':
      return compileMap(node);
    case 'call':
      return compileCall(node, compileTree);
    case 'matches':
      return compileMatches(node, compileTree);
    case 'macro':
      return compileMacro(node, compileTree);
  }
}

const MILLI = 1_000_000n;

const VARIABLES: Readonly<Record<Variable, Evaluator>> = {
  event: ({ event }) => event.event,
  id: ({ event }) => event.id,
  resource: ({ event }) => event.resource,
  related: ({ event }) => event.related,
  payload: ({ event }) => event.payload,
  occurred: ({ event }) => new TimestampValue(BigInt(event.occurredMs) * MILLI),
  received: ({ event }) => new TimestampValue(BigInt(event.receivedMs) * MILLI),
  entry: ({ event }) => adapted(event.entry),
  headers: ({ event }) => event.headers,
};

function compileSelect({ operand, field }: NodeOf<'select'>): Evaluator {
  const inner = compileTree(operand);
  const missing = new Failed(`no such key "${field}"`);
  const noMap = new Failed(`"${field}" of what is no map`);
  return (run) => {
    const map = inner(run);
    if (map instanceof Failed) return map;
    if (typeOf(map) !== MAP) return noMap;
    const found = entryOf(map, field);
    return found === undefined ? missing : found;
  };
}

function compileHas({ operand, field }: NodeOf<'has'>): Evaluator {
  const inner = compileTree(operand);
  const noMap = new Failed(`"${field}" of what is no map`);
  return (run) => {
    const map = inner(run);
    if (map instanceof Failed) return map;
    return typeOf(map) === MAP ? entryOf(map, field) !== undefined : noMap;
  };
}

const NO_KEY = new Failed('no such key');
const NO_INDEX = new Failed('index out of range');

function compileIndex({ operand, index }: NodeOf<'index'>): Evaluator {
  const [inner, at] = [compileTree(operand), compileTree(index)];
  return (run) => {
    const container = inner(run);
    if (container instanceof Failed) return container;
    const key = at(run);
    if (key instanceof Failed) return key;
    if (Array.isArray(container)) {
      const place = placeOf(key);
      if (place === undefined) return new Failed(`no index: ${nameOfType(key)}`);
      return place in container ? adapted(container[place]) : NO_INDEX;
    }
    if (typeOf(container) !== MAP) return new Failed(`no index in ${nameOfType(container)}`);
    if (typeof key === 'string' && !run.takeText(key.length)) return TOO_MANY_STEPS;
    const found = entryOf(container, key);
    return found === undefined ? NO_KEY : found;
  };
}

function placeOf(key: unknown): number | undefined {
  if (typeof key === 'number') return Number.isInteger(key) ? key : undefined;
  if (typeof key === 'bigint') return Number(key);
  return key instanceof Uint ? Number(key.value) : undefined;
}

function compileUnary({ operator, operand }: NodeOf<'unary'>): Evaluator {
  const inner = compileTree(operand);
  return (run) => {
    const value = inner(run);
    if (value instanceof Failed) return value;
    const result = operator === '-' ? negated(value) : typeof value === 'boolean' ? !value : undefined;
    return result === undefined ? noOverload(operator, value) : result;
  };
}

type Operation = (run: Evaluation, a: unknown, b: unknown) => unknown;

function arithmetic(operator: Arithmetic): Operation {
  return (run, a, b) => calculate(run, operator, a, b);
}

function comparison(holds: (order: number) => boolean): Operation {
  return (run, a, b) => {
    const order = compare(run, a, b);
    return typeof order === 'number' ? holds(order) : order;
  };
}

const OPERATIONS: Readonly<Record<BinaryOperator, Operation>> = {
  '==': equal,
  '!=': (run, a, b) => {
    const same = equal(run, a, b);
    return typeof same === 'boolean' ? !same : same;
  },
  in: isIn,
  '<': comparison((order) => order < 0),
  '<=': comparison((order) => order <= 0),
  '>': comparison((order) => order > 0),
  '>=': comparison((order) => order >= 0),
  '+': arithmetic('+'),
  '-': arithmetic('-'),
  '*': arithmetic('*'),
  '/': arithmetic('/'),
  '%': arithmetic('%'),
};

function compileBinary({ operator, left, right }: NodeOf<'binary'>): Evaluator {
  const [first, second, operation] = [compileTree(left), compileTree(right), OPERATIONS[operator]];
  return (run) => {
    const a = first(run);
    if (a instanceof Failed) return a;
    const b = second(run);
    if (b instanceof Failed) return b;
    const result = operation(run, a, b);
    return result === undefined ? noOverload(operator, a, b) : result;
  };
}

/** `||` ends with true and `&&` with false, whichever side says so, also when the other side fails. */
function compileLogic({ operator, left, right }: NodeOf<'logic'>): Evaluator {
  const [first, second, end] = [compileTree(left), compileTree(right), operator === '||'];
  return (run) => {
    const a = first(run);
    if (a === end) return end;
    const b = second(run);
    if (b === end) return end;
    if (a instanceof Failed) return a;
    if (typeof a !== 'boolean') return noOverload(operator, a);
    if (b instanceof Failed) return b;
    return typeof b === 'boolean' ? b : noOverload(operator, b);
  };
}

function compileChoice({ condition, chosen, otherwise }: NodeOf<'choice'>): Evaluator {
  const [chooses, first, second] = [compileTree(condition), compileTree(chosen), compileTree(otherwise)];
  return (run) => {
    const holds = chooses(run);
    if (holds instanceof Failed) return holds;
    if (typeof holds !== 'boolean') return noOverload('?:', holds);
    return holds ? first(run) : second(run);
  };
}

function compileList({ items }: NodeOf<'list'>): Evaluator {
  const evaluators = items.map(compileTree);
  return (run) => {
    const list: unknown[] = [];
    for (const evaluate of evaluators) {
      const value = evaluate(run);
      if (value instanceof Failed) return value;
      list.push(value);
    }
    return list;
  };
}

function compileMap({ entries }: NodeOf<'map'>): Evaluator {
  const evaluators = entries.map(([key, value]) => [compileTree(key), compileTree(value)] as const);
  return (run) => {
    const map = new Map<string, readonly [unknown, unknown]>();
    for (const [evaluateKey, evaluateValue] of evaluators) {
      const key = evaluateKey(run);
      if (key instanceof Failed) return key;
      const name = typeof key === 'number' ? undefined : keyOf(key);
      if (name === undefined) return new Failed(`no key: ${nameOfType(key)}`);
      if (!run.takeText(name.length)) return TOO_MANY_STEPS;
      if (map.has(name)) return new Failed('key twice in a map');
      const value = evaluateValue(run);
      if (value instanceof Failed) return value;
      map.set(name, [key, value]);
    }
    return new MapValue(map);
  };
}
