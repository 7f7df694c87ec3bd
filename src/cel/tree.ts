import type { Pattern } from './regular-expression.ts';

/** What a condition may name of an event, and what one about something that is to become an event may name. */
export type EventVariable = 'event' | 'id' | 'resource' | 'related' | 'payload' | 'occurred' | 'received';
export type EntryVariable = 'entry' | 'headers';
export type Variable = EventVariable | EntryVariable;

/** What a condition is about. */
export type About = 'event' | 'entry';

export type UnaryOperator = '!' | '-';
export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | 'in';
export type MacroName = 'all' | 'exists' | 'exists_one' | 'map' | 'filter';

/**
 * A condition as a tree. Names are resolved: `local` is the variable of a macro, `slot` says of which one, counted from the outermost.
 * Of a call on a receiver, `x.f(y)`, the receiver is the first argument. `at` is an offset in the text, in UTF-16 units.
 */
export type Node =
  | Readonly<{ kind: 'literal'; value: unknown; at: number }>
  | Readonly<{ kind: 'variable'; name: Variable; at: number }>
  | Readonly<{ kind: 'local'; slot: number; at: number }>
  | Readonly<{ kind: 'select'; operand: Node; field: string; at: number }>
  | Readonly<{ kind: 'has'; operand: Node; field: string; at: number }>
  | Readonly<{ kind: 'index'; operand: Node; index: Node; at: number }>
  | Readonly<{ kind: 'unary'; operator: UnaryOperator; operand: Node; at: number }>
  | Readonly<{ kind: 'binary'; operator: BinaryOperator; left: Node; right: Node; at: number }>
  | Readonly<{ kind: 'logic'; operator: '&&' | '||'; left: Node; right: Node; at: number }>
  | Readonly<{ kind: 'choice'; condition: Node; chosen: Node; otherwise: Node; at: number }>
  | Readonly<{ kind: 'list'; items: readonly Node[]; at: number }>
  | Readonly<{ kind: 'map'; entries: readonly (readonly [key: Node, value: Node])[]; at: number }>
  | Readonly<{ kind: 'call'; name: string; args: readonly Node[]; at: number }>
  /** A call of `matches` whose pattern stands there as it is. */
  | Readonly<{ kind: 'matches'; subject: Node; pattern: Pattern; at: number }>
  | Readonly<{ kind: 'macro'; name: MacroName; range: Node; slot: number; filter?: Node; body: Node; at: number }>;

export type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>;
