import type { Redis } from 'ioredis';

/** What a part needs: a Redis of its own (emptied by whoever begins a measurement), and how thoroughly to measure. */
export type Context = Readonly<{
  redis: Redis;
  url: string;
  /** Small sizes, for a quick look whether anything has grossly changed. */
  short: boolean;
  /** How often each comparison is made; the medians count. */
  pairs: number;
  /** Progress, in a sentence. */
  say: (sentence: string) => void;
}>;

/** A bound on the figure itself or on its ratio. */
export type Target = Readonly<{ of: 'value' | 'ratio'; bound: number }>;

/** One figure, and the one it was compared with in the same run. */
export type Result = Readonly<{
  /** What was measured. */
  name: string;
  value: number;
  unit: string;
  /** Which way is good, for the figure and for its ratio alike. */
  better: 'more' | 'less';
  /** What it is compared with, the figure of that, and value divided by it (median of the pairs). */
  against: string;
  base: number;
  ratio: number;
  targets: readonly Target[];
  /** Its ratio depends on what else the machine does at the time, so a bad one is no sign of a fall. */
  fragile?: true;
  /**
   * Its ratio is of times in which processes take turns, fewer in what it is compared with: where the machine does much else it says nothing,
   * and the processor time beside it alone does.
   */
  turns?: true;
  /** What else is worth knowing: processor time, sizes. */
  note: string;
}>;

export type Part = Readonly<{
  name: string;
  run: (context: Context) => Promise<Result[]>;
  /** It runs only when it is named, and keeps what it found in a record and a page of its own. */
  apart?: true;
}>;

/** Whether a result keeps one of its targets. */
export function reaches(result: Result, target: Target): boolean {
  const figure = target.of === 'value' ? result.value : result.ratio;
  return result.better === 'more' ? figure >= target.bound : figure <= target.bound;
}

/** Three or four digits, which is more than any of these figures is good for. */
export function shown(figure: number): string {
  if (Math.abs(figure) >= 1_000) return Math.round(figure).toLocaleString('en-US');
  if (Math.abs(figure) >= 100) return figure.toFixed(0);
  return figure.toFixed(Math.abs(figure) >= 10 ? 1 : 2);
}
