import type { ASTNode } from '@marcbachmann/cel-js';
import { InvalidExpression } from './invalid-expression.ts';
import { Uint } from './value.ts';

/** The range of CEL's integers. */
export const INT_MIN = -(2n ** 63n);
export const INT_MAX = 2n ** 63n - 1n;
export const UINT_MAX = 2n ** 64n - 1n;

type ValueNode = Extract<ASTNode, { op: 'value' }>;

/** The value of a literal as the library read it, or as it should have. @throws InvalidExpression for an integer that is too large */
export function literalOf(node: ValueNode, at: number, text: string): unknown {
  const value = node.args;
  if (typeof value === 'bigint' && value > INT_MAX) {
    throw InvalidExpression.at('integer out of range', text, at);
  }
  if (value instanceof Uint8Array) return bytesOf(text.slice(at, at + node.end - node.start));
  return typeof value === 'object' && value !== null ? new Uint(value.value) : value;
}

/** What a literal behind a minus is, which belongs to it: the smallest integer has no positive counterpart. */
export function negativeOf(value: ValueNode['args']): bigint | number | undefined {
  if (typeof value === 'number') return -value;
  return typeof value === 'bigint' && -value >= INT_MIN ? -value : undefined;
}

/** One escape of a bytes literal, with the number it stands for where it is written as one. */
const ESCAPE = /\\(?:[xX]([0-9a-fA-F]{2})|([0-3][0-7]{2})|(.))/gs;

const CONTROLS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The bytes of `b"…"`: an escape with a number is one byte, everything else its UTF-8. The library keeps no byte above 255 apart. */
function bytesOf(source: string): Uint8Array {
  const quotes = /^[bB]("""|'''|"|')/.exec(source)?.[1] ?? '"';
  const inner = source.slice(1 + quotes.length, -quotes.length);
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const { 0: whole, 1: hex, 2: octal, 3: other = '', index } of inner.matchAll(ESCAPE)) {
    parts.push(new TextEncoder().encode(inner.slice(from, index)));
    const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
    parts.push(Number.isNaN(code) ? new TextEncoder().encode(CONTROLS[other] ?? other) : Uint8Array.of(code));
    from = index + whole.length;
  }
  parts.push(new TextEncoder().encode(inner.slice(from)));
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
