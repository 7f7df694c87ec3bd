import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { InvalidExpression } from './invalid-expression.ts';
import { literalOf, negativeOf } from './literal.ts';
import { compilePattern } from './regular-expression.ts';
import { type Bracketed, withBrackets } from './relations.ts';
import { SIGNATURES } from './signatures.ts';
import { type StoodIn, withStandIns } from './stand-ins.ts';
import type { About, MacroName, Node, Variable } from './tree.ts';
import { Failed, TYPE_NAMES, TypeValue } from './value.ts';

/** Characters of a condition. */
export const TEXT_LIMIT = 2_000;

/** Levels of parentheses, brackets, arguments, fields or signs in a condition: a bound on how deep the evaluator calls itself. */
export const NESTING_LIMIT = 32;

/**
 * The library parses, nothing else: its own functions, types and evaluator stay unused. What the text is too short to reach has no
 * limit of its own.
 */
const GRAMMAR = new Environment({
  limits: {
    maxDepth: NESTING_LIMIT + 1,
    maxAstNodes: TEXT_LIMIT,
    maxListElements: TEXT_LIMIT,
    maxMapEntries: TEXT_LIMIT,
    maxCallArguments: TEXT_LIMIT,
  },
});

const VARIABLES: Readonly<Record<About, ReadonlySet<string>>> = {
  event: new Set<Variable>(['event', 'id', 'resource', 'related', 'payload', 'occurred', 'received']),
  entry: new Set<Variable>(['entry', 'headers']),
};
const MACROS: ReadonlyMap<string, readonly number[]> = new Map<MacroName, readonly number[]>([
  ['all', [2]],
  ['exists', [2]],
  ['exists_one', [2]],
  ['map', [2, 3]],
  ['filter', [2]],
]);

/** Reads a condition: syntax, names and numbers of arguments are right in what it gives. @throws InvalidExpression */
export function parseTree(text: string, about: About = 'event'): Node {
  if (text.length > TEXT_LIMIT && [...text].length > TEXT_LIMIT) {
    throw new InvalidExpression(`must have at most ${TEXT_LIMIT} characters`, 1, 1);
  }
  const stoodIn = withStandIns(text);
  const bracketed = withBrackets(stoodIn.text);
  return new Reading(text, stoodIn, bracketed, VARIABLES[about]).node(parsed(text, bracketed), [], 0);
}

function parsed(text: string, bracketed: Bracketed): ASTNode {
  try {
    return GRAMMAR.parse(bracketed.text).ast;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const deep = error.code === 'limit_exceeded';
    const reason = deep ? `must not be nested deeper than ${NESTING_LIMIT} levels` : error.summary;
    throw InvalidExpression.at(reason, text, bracketed.placeOf(error.range?.start ?? 0));
  }
}

/** Turns the library's tree into ours. `locals` are the names of the macros around a node, the outermost first. */
class Reading {
  readonly #text: string;
  readonly #stoodIn: StoodIn;
  readonly #bracketed: Bracketed;
  readonly #variables: ReadonlySet<string>;

  constructor(text: string, stoodIn: StoodIn, bracketed: Bracketed, variables: ReadonlySet<string>) {
    this.#text = text;
    this.#stoodIn = stoodIn;
    this.#bracketed = bracketed;
    this.#variables = variables;
  }

  node(from: ASTNode, locals: readonly string[], signs: number): Node {
    const at = this.#bracketed.placeOf(from.start);
    const read = (one: ASTNode): Node => this.node(one, locals, 0);
    switch (from.op) {
      case 'value':
        return { kind: 'literal', value: literalOf(from, at, this.#text), at };
      case 'id':
        return this.#name(from.args, locals, at);
      case '.':
        return this.#select(from.args, locals, at);
      case '[]':
        return { kind: 'index', operand: read(from.args[0]), index: read(from.args[1]), at };
      case 'call':
        this.#checkEnd(from);
        return this.#call(from.args[0], from.args[1], locals, at);
      case 'rcall':
        this.#checkEnd(from);
        return this.#callOn(...from.args, locals, at);
      case 'list':
        return { kind: 'list', items: from.args.map(read), at };
      case 'map':
        return { kind: 'map', entries: from.args.map(([key, value]) => [read(key), read(value)] as const), at };
      case '?:': {
        const [condition, chosen, otherwise] = from.args;
        return { kind: 'choice', condition: read(condition), chosen: read(chosen), otherwise: read(otherwise), at };
      }
      case '||':
      case '&&':
        return { kind: 'logic', operator: from.op, left: read(from.args[0]), right: read(from.args[1]), at };
      case '!_':
      case '-_':
        return this.#unary(from.op === '!_' ? '!' : '-', from.args, locals, signs, at);
      case '.?':
      case '[?]':
        throw this.#error('optional values are not supported', at);
      default:
        return { kind: 'binary', operator: from.op, left: read(from.args[0]), right: read(from.args[1]), at };
    }
  }

  #error(reason: string, at: number): InvalidExpression {
    return InvalidExpression.at(reason, this.#text, at);
  }

  #name(name: string, locals: readonly string[], at: number): Node {
    const value = this.#stoodIn.values.get(name);
    if (value !== undefined) return { kind: 'literal', value, at };
    const slot = locals.lastIndexOf(name);
    if (slot >= 0) return { kind: 'local', slot, at };
    if (this.#variables.has(name)) return { kind: 'variable', name: name as Variable, at };
    if (TYPE_NAMES.has(name)) return { kind: 'literal', value: new TypeValue(name), at };
    throw this.#error(`unknown variable "${name}"`, at);
  }

  #select([operand, name]: [ASTNode, string], locals: readonly string[], at: number): Node {
    const field = this.#fieldOf(name, at);
    const dotted = `${dottedName(operand) ?? ''}.${field}`;
    if (dotted.startsWith('google.') && TYPE_NAMES.has(dotted) && !locals.includes('google')) {
      return { kind: 'literal', value: new TypeValue(dotted), at };
    }
    return { kind: 'select', operand: this.node(operand, locals, 0), field, at };
  }

  #fieldOf(name: string, at: number): string {
    if (this.#stoodIn.values.has(name)) throw this.#error('a field needs a name', at);
    return this.#stoodIn.fields.get(name) ?? name;
  }

  #unary(operator: '!' | '-', operand: ASTNode, locals: readonly string[], signs: number, at: number): Node {
    if (signs === NESTING_LIMIT) throw this.#error(`must not be nested deeper than ${NESTING_LIMIT} levels`, at);
    if (operator === '-' && operand.op === 'value') {
      const negative = negativeOf(operand.args);
      if (negative !== undefined) return { kind: 'literal', value: negative, at };
    }
    return { kind: 'unary', operator, operand: this.node(operand, locals, signs + 1), at };
  }

  #call(name: string, args: readonly ASTNode[], locals: readonly string[], at: number): Node {
    if (name === 'has') return this.#has(args, locals, at);
    this.#checkCall(name, SIGNATURES.get(name)?.plain, args.length, at);
    return this.#callOf(
      name,
      args.map((arg) => this.node(arg, locals, 0)),
      at,
    );
  }

  #callOf(name: string, args: readonly Node[], at: number): Node {
    const [subject, given] = args;
    if (name !== 'matches' || subject === undefined || given?.kind !== 'literal')
      return { kind: 'call', name, args, at };
    if (typeof given.value !== 'string') return { kind: 'call', name, args, at };
    const pattern = compilePattern(given.value);
    if (pattern instanceof Failed) throw this.#error(pattern.reason, given.at);
    return { kind: 'matches', subject, pattern, at };
  }

  #callOn(name: string, receiver: ASTNode, args: readonly ASTNode[], locals: readonly string[], at: number): Node {
    const macro = MACROS.get(name);
    this.#checkCall(name, macro ?? SIGNATURES.get(name)?.onReceiver, args.length, at);
    const range = this.node(receiver, locals, 0);
    if (macro === undefined) {
      return this.#callOf(name, [range, ...args.map((arg) => this.node(arg, locals, 0))], at);
    }
    const [variable, ...bodies] = args;
    if (variable?.op !== 'id' || this.#stoodIn.values.has(variable.args)) {
      throw this.#error(`"${name}" needs a name for the element first`, at);
    }
    const inside = [...locals, variable.args];
    const [first, second] = bodies.map((body) => this.node(body, inside, 0)) as [Node, Node?];
    const shared = { kind: 'macro', name: name as MacroName, range, slot: locals.length, at } as const;
    return second === undefined ? { ...shared, body: first } : { ...shared, filter: first, body: second };
  }

  /** The library takes a comma behind the last argument, CEL does not. */
  #checkEnd({ start, end }: ASTNode): void {
    const written = this.#bracketed.text.slice(start, end);
    if (!/,\s*\)$/.test(written) || written.includes('//')) return;
    throw this.#error('Unexpected token: RPAREN', this.#bracketed.placeOf(end - 1));
  }

  #checkCall(standIn: string, counts: readonly number[] | undefined, count: number, at: number): void {
    const name = this.#stoodIn.fields.get(standIn) ?? standIn;
    if (counts === undefined) throw this.#error(`unknown function "${name}"`, at);
    if (!counts.includes(count)) throw this.#error(`wrong number of arguments for "${name}"`, at);
  }

  #has(args: readonly ASTNode[], locals: readonly string[], at: number): Node {
    const [field, ...others] = args;
    if (field === undefined || others.length > 0) throw this.#error('wrong number of arguments for "has"', at);
    if (field.op !== '.') throw this.#error('"has" needs a field, as in has(payload.total)', at);
    const [operand, name] = field.args;
    return { kind: 'has', operand: this.node(operand, locals, 0), field: this.#fieldOf(name, at), at };
  }
}

/** `google.protobuf` of a chain of names, undefined for anything else. */
function dottedName(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const before = dottedName(node.args[0]);
  return before === undefined ? undefined : `${before}.${node.args[1]}`;
}
