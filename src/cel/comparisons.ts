import type { Expression } from './expression.ts';
import type { Node } from './tree.ts';

/** A literal that a payload can be filed under. Integers that a double changes are none. */
export type Literal = string | number | boolean | null;

/** What must stand at a path of the payload, its keys from the outside in: one of the values, equal as CEL compares (1 is 1.0). */
export type Comparison = Readonly<{ path: readonly string[]; values: readonly Literal[] }>;

/**
 * Comparisons of the payload with literals that hold wherever the condition does: `payload.kind == "x"`, `payload.kind in ["x", "y"]`,
 * joined by `&&`, and by `||` where all sides are about the same path. An event that fails one of them need not be asked.
 */
export function literalComparisons({ tree, wants }: Expression): readonly Comparison[] {
  return wants === 'boolean' ? comparisonsIn(tree) : [];
}

function comparisonsIn(node: Node): readonly Comparison[] {
  if (node.kind === 'logic') {
    const [left, right] = [comparisonsIn(node.left), comparisonsIn(node.right)];
    return node.operator === '&&' ? [...left, ...right] : alternatives(left, right);
  }
  if (node.kind !== 'binary') return [];
  if (node.operator === '==') return [...comparison(node.left, [node.right]), ...comparison(node.right, [node.left])];
  return node.operator === 'in' && node.right.kind === 'list' ? comparison(node.left, node.right.items) : [];
}

/** Where one of two sides has to hold, a path that both are about has a value of either. */
function alternatives(left: readonly Comparison[], right: readonly Comparison[]): readonly Comparison[] {
  return left.flatMap(({ path, values }) =>
    right
      .filter((other) => other.path.length === path.length && other.path.every((key, i) => key === path[i]))
      .map((other) => ({ path, values: [...new Set([...values, ...other.values])] })),
  );
}

function comparison(node: Node, others: readonly Node[]): readonly Comparison[] {
  const path = pathOf(node);
  const values = others.map(literalOf);
  if (path === undefined || path.length === 0 || !values.every((value) => value !== undefined)) return [];
  return [{ path, values: [...new Set(values)] }];
}

function pathOf(node: Node): readonly string[] | undefined {
  if (node.kind === 'variable') return node.name === 'payload' ? [] : undefined;
  if (node.kind === 'select') return pathOf(node.operand)?.concat(node.field);
  if (node.kind !== 'index' || node.index.kind !== 'literal' || typeof node.index.value !== 'string') return undefined;
  return pathOf(node.operand)?.concat(node.index.value);
}

function literalOf(node: Node): Literal | undefined {
  if (node.kind !== 'literal') return undefined;
  const { value } = node;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  if (typeof value === 'number') return value + 0;
  return typeof value === 'string' || typeof value === 'boolean' || value === null ? value : undefined;
}
