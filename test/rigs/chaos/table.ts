import type { Verdict } from './verdict.ts';

export type Row = readonly [name: string, value: string | number, wrong?: boolean];

/** Rows of a verdict: what there was, then each mistake, which has to be 0. */
export function rowsOf(verdict: Verdict): Row[] {
  const { mistakes, examples: _, ...counts } = verdict;
  return [...Object.entries(counts), ...Object.entries(mistakes).map(([name, count]): Row => [name, count, count > 0])];
}

export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  const format = (value: string | number): string =>
    typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 1 }) : value;
  return rows
    .map(([name, value, wrong]) => `${name.padEnd(width)}  ${format(value).padStart(12)}${wrong ? '   WRONG' : ''}`)
    .join('\n');
}
