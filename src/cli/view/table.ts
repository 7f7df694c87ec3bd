import type { Command } from 'commander';
import stringWidth from 'string-width';
import type { Io } from '../verb.ts';
import { plain } from './output.ts';

/** Between two columns. */
const GAP = '  ';

/** Widest column that is still padded where lines have no bound: one long name must not push all others out of sight. */
const WIDEST_COLUMN = 48;

/** A cut column narrower than this says too little: rather a dispensable one is left out. */
const LEAST_TEXT = 18;

/** Narrowest cut column; where even that is too much, lines are longer than the terminal. */
const LEAST_CUT = 4;

const ELLIPSIS = '…';

/**
 * A column of a table. Where lines have a bound and the table is too wide, `short` gives its cells another form, `leaves` says which
 * columns are left out (1 first), and what is not `whole` is cut. One that is `extra` is shown only where lines have none.
 */
export type Column = Readonly<{
  title: string;
  whole?: boolean;
  leaves?: number;
  extra?: boolean;
  short?: (text: string) => string;
}>;

/** Where the columns of a table stand. `missing`: titles of those that are left out. */
export type Layout = Readonly<{ head: string; line: (row: readonly string[]) => string; missing: readonly string[] }>;

/** A column with its place in a row, the form of its cells, and how wide it is. */
type Placed = Readonly<{ column: Column; at: number; form: (cell: string) => string; width: number }>;

/** Cells a text takes on a terminal: two for an East Asian wide character or an emoji, none for a combining one. */
export function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** The beginning of a text, with `…` at its end, where it is wider than `width` cells. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let left = width - widthOf(ELLIPSIS);
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    left -= widthOf(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${ELLIPSIS}`;
}

/** Places columns so that these rows, and others like them, take `bound` cells; null: lines may be as long as they are. */
export function layoutOf(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  bound: number | null,
): Layout {
  const full = columns.map((column, at) => placed(column, at, plain, rows));
  if (bound === null) {
    const padded = full.map((one) => ({ ...one, width: Math.min(one.width, WIDEST_COLUMN) }));
    return { head: headOf(padded), line: (row) => lineOf(padded, row, false), missing: [] };
  }
  const usual = full.filter(({ column }) => column.extra !== true);
  let shown = usual;
  if (lengthOf(usual) > bound) {
    shown = usual.map(({ column, at }) => placed(column, at, (cell) => plain(column.short?.(cell) ?? cell), rows));
    while (lengthOf(shown) > bound && capOf(shown, bound) < LEAST_TEXT) {
      const next = shown.filter(leaves).sort((a, b) => (a.column.leaves ?? 0) - (b.column.leaves ?? 0))[0];
      if (!next) break;
      shown = shown.filter((one) => one !== next);
    }
    const cap = capOf(shown, bound);
    shown = shown.map((one) => (one.column.whole ? one : { ...one, width: Math.min(one.width, cap) }));
  }
  const kept = new Set(shown.map(({ at }) => at));
  const missing = usual.flatMap(({ column, at }) => (kept.has(at) ? [] : [column.title]));
  return { head: headOf(shown), line: (row) => lineOf(shown, row, true), missing };
}

function placed(column: Column, at: number, form: Placed['form'], rows: readonly (readonly string[])[]): Placed {
  const width = rows.reduce((widest, row) => Math.max(widest, widthOf(form(row[at] ?? ''))), widthOf(column.title));
  return { column, at, form, width };
}

function leaves({ column }: Placed): boolean {
  return column.leaves !== undefined;
}

function lengthOf(shown: readonly Placed[]): number {
  return shown.reduce((sum, { width }) => sum + width, GAP.length * (shown.length - 1));
}

/** The width above which columns are cut, so that the rest of the line is shared by those that need it. */
function capOf(shown: readonly Placed[], bound: number): number {
  const [stiff, soft] = [shown.filter(({ column }) => column.whole), shown.filter(({ column }) => !column.whole)];
  let room = bound - lengthOf(stiff) - GAP.length * soft.length;
  const widths = soft.map(({ width }) => width).sort((a, b) => a - b);
  for (const [i, width] of widths.entries()) {
    const share = Math.floor(room / (widths.length - i));
    if (width > share) return Math.max(share, LEAST_CUT);
    room -= width;
  }
  return Number.POSITIVE_INFINITY;
}

function headOf(shown: readonly Placed[]): string {
  return joined(shown.map(({ column, width }) => padded(cut(column.title, width), width)));
}

function lineOf(shown: readonly Placed[], row: readonly string[], bounded: boolean): string {
  const cells = shown.map(({ at, form, width }) => {
    const cell = form(row[at] ?? '');
    return padded(bounded ? cut(cell, width) : cell, width);
  });
  return joined(cells);
}

function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

function joined(cells: readonly string[]): string {
  return cells.join(GAP).trimEnd();
}

/** Declares `--wide`. */
export function wideOption(command: Command): Command {
  return command.option('--wide', 'do not fit tables into the width of the terminal: show all columns, whole', false);
}

/** The cells a line may take: those of the terminal. Null where nothing is cut: for `--wide`, and where stdout is no terminal. */
export function boundOf(io: Pick<Io, 'columns'>, options: Readonly<Record<string, unknown>>): number | null {
  return options.wide === true ? null : io.columns;
}

/** Prints a table, and what did not fit. */
export function printTable(
  io: Io,
  options: Readonly<Record<string, unknown>>,
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): void {
  const { head, line, missing } = layoutOf(columns, rows, boundOf(io, options));
  io.out(head);
  for (const row of rows) io.out(line(row));
  sayMissing(missing, io);
}

/** Says which columns were left out. */
export function sayMissing(missing: readonly string[], io: Pick<Io, 'err'>): void {
  if (missing.length > 0) io.err(`watchfire: not shown for want of room: ${missing.join(', ')}; see all with --wide`);
}

/** Names with their values, each value beside its name and broken into lines of `bound` cells where it is longer. */
export function facts(rows: readonly (readonly [name: string, value: string])[], bound: number | null): string[] {
  const indent = Math.max(0, ...rows.map(([name]) => widthOf(name))) + GAP.length;
  return rows.flatMap(([name, value]) => {
    const [first = '', ...more] = wrapped(plain(value), bound === null ? null : bound - indent);
    return [`${padded(plain(name), indent)}${first}`.trimEnd(), ...more.map((line) => ' '.repeat(indent) + line)];
  });
}

/** Breaks a text at its spaces into lines of `bound` cells; a longer word stays whole. */
export function wrapped(text: string, bound: number | null): string[] {
  if (bound === null || widthOf(text) <= bound) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || widthOf(longer) <= bound) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}
