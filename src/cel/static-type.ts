import { SIGNATURES } from './signatures.ts';
import type { BinaryOperator, Node, NodeOf, Variable } from './tree.ts';
import {
  BOOL,
  BYTES,
  DOUBLE,
  DURATION,
  INT,
  LIST,
  MAP,
  NULL,
  namesOf,
  STRING,
  TIMESTAMP,
  typeOf,
  UINT,
} from './value.ts';

/*
 * What a condition can give at all, found without an event. Nothing but the result is looked at: an operator that gets the wrong
 * types is no error of the document (rules 17.1), it just gives nothing.
 */

/** A set of types, and what the elements of its lists or the values of its maps can be. */
type StaticType = Readonly<{ types: number; of?: StaticType }>;

const ANY: StaticType = { types: -1 };
const TEXT: StaticType = { types: STRING };
const LABELS: StaticType = { types: MAP, of: TEXT };

/** Whatever JSON holds: what is inside of it is of that kind again. */
const JSON_VALUE: StaticType = {
  types: NULL | BOOL | DOUBLE | STRING | LIST | MAP,
  get of(): StaticType {
    return JSON_VALUE;
  },
};

const VARIABLES: Readonly<Record<Variable, StaticType>> = {
  event: TEXT,
  id: TEXT,
  resource: LABELS,
  related: { types: LIST, of: LABELS },
  payload: { types: MAP, of: JSON_VALUE },
  occurred: { types: TIMESTAMP },
  received: { types: TIMESTAMP },
  entry: JSON_VALUE,
  headers: LABELS,
};

/** What a condition is asked for, as the types that will do and as words for people. */
const WANTED = {
  boolean: { types: BOOL, words: 'bool' },
  value: { types: STRING | BOOL | INT | UINT | DOUBLE, words: 'a text, number or boolean' },
  number: { types: INT | UINT | DOUBLE, words: 'a number' },
} as const;

export type Wants = keyof typeof WANTED;

/** What is wrong with the result of the tree where it can only be of a wrong type. */
export function wrongResult(tree: Node, wants: Wants): string | undefined {
  const { types } = typeOfNode(tree, []);
  const { types: right, words } = WANTED[wants];
  if (types === 0 || (types & right) !== 0) return undefined;
  return `must be ${words}, not ${namesOf(types).join(' or ')}`;
}

type Locals = readonly StaticType[];

function typeOfNode(node: Node, locals: Locals): StaticType {
  switch (node.kind) {
    case 'literal':
      return { types: typeOf(node.value) };
    case 'variable':
      return VARIABLES[node.name];
    case 'local':
      return locals[node.slot] ?? ANY;
    case 'select':
      return insideOf(typeOfNode(node.operand, locals), MAP);
    case 'index':
      return insideOf(typeOfNode(node.operand, locals), MAP | LIST);
    case 'has':
    case 'logic':
    case 'matches':
      return { types: BOOL };
    case 'unary':
      return { types: node.operator === '!' ? BOOL : typeOfNode(node.operand, locals).types & (INT | DOUBLE) };
    case 'binary':
      return typeOfBinary(node, locals);
    case 'choice':
      return either(typeOfNode(node.chosen, locals), typeOfNode(node.otherwise, locals));
    case 'list':
      return { types: LIST, of: anyOf(node.items, locals) };
    case 'map': {
      const values = node.entries.map(([, value]) => value);
      return { types: MAP, of: anyOf(values, locals) };
    }
    case 'call':
      return { types: SIGNATURES.get(node.name)?.gives ?? -1 };
    case 'macro':
      return typeOfMacro(node, locals);
  }
}

/** Of what is no list or map nothing can be taken: that gives nothing, so it is no result of a wrong type. */
function insideOf(type: StaticType, outer: number): StaticType {
  if ((type.types & outer) === 0) return { types: 0 };
  return type.of ?? ANY;
}

function either(a: StaticType, b: StaticType): StaticType {
  if (a === b) return a;
  if (a.types === -1 || b.types === -1) return ANY;
  const types = a.types | b.types;
  const inside = [a, b].filter((one) => (one.types & (LIST | MAP)) !== 0).map(({ of }) => of ?? ANY);
  const [first, second] = inside;
  if (first === undefined) return { types };
  return { types, of: second === undefined ? first : either(first, second) };
}

function anyOf(nodes: readonly Node[], locals: Locals): StaticType {
  return nodes.map((node) => typeOfNode(node, locals)).reduce(either, { types: 0 });
}

function typeOfMacro({ name, range, body, slot }: NodeOf<'macro'>, locals: Locals): StaticType {
  if (name !== 'map' && name !== 'filter') return { types: BOOL };
  const list = typeOfNode(range, locals);
  // Of a map the keys are gone through.
  const keys = (list.types & MAP) === 0 ? { types: 0 } : ANY;
  const elements = (list.types & LIST) === 0 ? { types: 0 } : (list.of ?? ANY);
  const element = either(elements, keys);
  return { types: LIST, of: name === 'filter' ? element : typeOfNode(body, [...locals.slice(0, slot), element]) };
}

type Row = readonly [left: number, right: number, gives: number];

const SAME_NUMBERS: readonly Row[] = [
  [INT, INT, INT],
  [UINT, UINT, UINT],
];
const NUMBERS: readonly Row[] = [...SAME_NUMBERS, [DOUBLE, INT | UINT | DOUBLE, DOUBLE], [INT | UINT, DOUBLE, DOUBLE]];

/** What an operator makes of which types. */
const ARITHMETIC: Partial<Readonly<Record<BinaryOperator, readonly Row[]>>> = {
  '+': [
    ...NUMBERS,
    [STRING, STRING, STRING],
    [BYTES, BYTES, BYTES],
    [LIST, LIST, LIST],
    [TIMESTAMP, DURATION, TIMESTAMP],
    [DURATION, TIMESTAMP, TIMESTAMP],
    [DURATION, DURATION, DURATION],
  ],
  '-': [...NUMBERS, [TIMESTAMP, TIMESTAMP, DURATION], [TIMESTAMP, DURATION, TIMESTAMP], [DURATION, DURATION, DURATION]],
  '*': NUMBERS,
  '/': NUMBERS,
  '%': SAME_NUMBERS,
};

function typeOfBinary({ operator, left, right }: NodeOf<'binary'>, locals: Locals): StaticType {
  const rows = ARITHMETIC[operator];
  if (rows === undefined) return { types: BOOL };
  const [a, b] = [typeOfNode(left, locals), typeOfNode(right, locals)];
  const types = rows
    .filter(([l, r]) => (a.types & l) !== 0 && (b.types & r) !== 0)
    .reduce((all, [, , gives]) => all | gives, 0);
  return (types & LIST) === 0 ? { types } : { types, of: either(insideOf(a, LIST), insideOf(b, LIST)) };
}
