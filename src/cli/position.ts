import stringWidth from 'string-width';
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml';
import { plain } from './view/output.ts';

/** A file, or standard input, with what people call it. */
export type Source = Readonly<{ file: string; text: string }>;

/**
 * A place in a file. `at` names it in a sentence: `orders.yaml:12`; where several automations begin in one line, as in JSON without line
 * breaks, with the one that is meant: `orders.json:1 ("Late orders")`. Line and column begin with 1.
 */
export type FilePosition = Readonly<{
  at: string;
  file: string;
  line: number;
  column: number;
  /** How many characters of that line it takes, at least one. */
  width: number;
  /** The line as it stands there. */
  text: string;
}>;

/** Something wrong, or hardly meant, at a place of a document: `place` is the path there, as in `trigger.within`. */
export type Problem = Readonly<{ position: FilePosition; place: string; reason: string }>;

/** From one offset in a text up to another one. */
export type Span = readonly [start: number, end: number];

/** Gives positions in a file. `among` is said behind `at`. */
export type Positions = (span: Span, among?: string) => FilePosition;

/** As one line: `orders.yaml:12: trigger.within: must be a duration`. */
export function problemText({ position, place, reason }: Problem): string {
  return `${position.at}: ${place}: ${reason}`;
}

/** @param lines must have seen all lines of the text, which a parser sees to */
export function positionsIn({ file, text }: Source, lines: LineCounter): Positions {
  return ([start, end], among = '') => {
    const found = lines.linePos(start);
    const [line, column] = [Math.max(1, found.line), Math.max(1, found.col)];
    const begin = lines.lineStarts[line - 1] ?? 0;
    const stop = text.indexOf('\n', begin);
    const whole = text.slice(begin, stop === -1 ? text.length : stop).replace(/\r$/, '');
    const width = Math.max(1, Math.min(end - start, whole.length - column + 1));
    return { at: `${file}:${line}${among}`, file, line, column, width, text: whole };
  };
}

/** Of a text that was not parsed. */
export function beginningOf(source: Source): FilePosition {
  const lines = new LineCounter();
  lines.addNewLine(0);
  return positionsIn(source, lines)([0, 0]);
}

/** Characters of a line that are shown, and of them those in front of the place. */
const SHOWN = 100;
const SHOWN_BEFORE = 60;

/** The line, and below it a mark under the place, as wide as a terminal shows it. A long line is cut around it. */
export function caretLines({ text, column, width }: FilePosition): string[] {
  const from = column > SHOWN_BEFORE && text.length > SHOWN ? column - SHOWN_BEFORE : 0;
  const before = shown(text.slice(from, column - 1));
  const marked = shown(text.slice(column - 1, column - 1 + width)).slice(0, SHOWN);
  const rest = shown(text.slice(column - 1 + width, from + SHOWN));
  return [`${before}${marked}${rest}`, `${' '.repeat(stringWidth(before))}${'^'.repeat(stringWidth(marked) || 1)}`];
}

function shown(text: string): string {
  return plain(text.replaceAll('\t', ' '));
}

/** A value of a document, and the key that it stands behind, where that is so. */
type Found = Readonly<{ key: Node | null; value: Node | null }>;

/**
 * The value at `path`, or the innermost thing around it that is there. Label names hold dots too, so a path
 * is followed by trying the keys that are there, longest first.
 */
function findAt(document: Document.Parsed, node: Node, path: string, key: Node | null = null): Found {
  const here = { key, value: node };
  const inner = isAlias(node) ? (node.resolve(document) ?? node) : node;
  if (isSeq(inner)) {
    const [, index, rest = ''] = /^\[(\d+)\]\.?(.*)$/s.exec(path) ?? [];
    const item = index === undefined ? undefined : (inner.items[Number(index)] as Node | undefined);
    return item ? findAt(document, item, rest) : here;
  }
  if (!isMap(inner)) return here;
  const keys = inner.items.flatMap(({ key, value }) =>
    isScalar(key) ? [{ key, value: value as Node | null, name: String(key.value) }] : [],
  );
  for (const { key, value, name } of keys.sort((a, b) => b.name.length - a.name.length)) {
    if (path !== name && !(path.startsWith(name) && /^[.[]/.test(path.slice(name.length)))) continue;
    const rest = path.slice(name.length).replace(/^\./, '');
    if (rest === '' || value === null) return { key, value };
    return findAt(document, value, rest, isMap(value) || isSeq(value) ? null : key);
  }
  return here;
}

function rangeOf(node: Node | null): Span {
  return [node?.range?.[0] ?? 0, node?.range?.[1] ?? 0];
}

/** Where the value at a path begins: of a pair that is its key. */
export function spanOf(document: Document.Parsed, node: Node, path: string): Span {
  const { key, value } = findAt(document, node, path);
  return rangeOf(key ?? value);
}

/** Whether a value stands beside its key. */
function isBeside(value: Node | null): boolean {
  if (isScalar(value)) return value.type === 'PLAIN' || value.type === 'QUOTE_DOUBLE' || value.type === 'QUOTE_SINGLE';
  return isAlias(value) || ((isMap(value) || isSeq(value)) && value.flow === true);
}

/** How an error in a condition says where in its text it is (rules 17.1). */
const WITHIN = / at (\d+):(\d+)$/;

/**
 * What an error is about: a key that is unknown, a value that is wrong where it stands beside its key, else the key. Of a condition it is
 * the part that the error names.
 */
export function spanOfProblem(
  text: string,
  document: Document.Parsed,
  node: Node,
  { path, reason }: Readonly<{ path: string; reason: string }>,
): Span {
  const { key, value } = findAt(document, node, path);
  const [, line, column] = WITHIN.exec(reason)?.map(Number) ?? [];
  const within = line === undefined || column === undefined ? null : spanWithin(text, value, line, column);
  if (within !== null) return within;
  return rangeOf(reason !== 'unknown key' && isBeside(value) ? value : (key ?? value));
}

/** A place in a text by its own lines and columns; null for one that is written with escapes or folded, since that has no such place. */
function spanWithin(text: string, value: Node | null, line: number, column: number): Span | null {
  if (!isScalar(value)) return null;
  const [start, end] = rangeOf(value);
  const source = text.slice(start, end);
  if (value.type === 'BLOCK_LITERAL') {
    const lines = source.split('\n');
    const indent = /^ */.exec(lines[1] ?? '')?.[0].length ?? 0;
    const before = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0);
    const from = start + before + indent + column - 1;
    return from < end ? [from, start + before + (lines[line]?.length ?? 0)] : null;
  }
  if (line > 1 || /[\\\n]/.test(source)) return null;
  const quote = /^["']/.test(source) ? 1 : 0;
  const from = Math.min(start + quote + column - 1, end);
  return [from, Math.max(from + 1, end - quote)];
}
