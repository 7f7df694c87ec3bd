import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** The files of recorded scenarios in this folder, each packed as `<name>.ndjson.gz`; README.md says what a line holds. */
export const TRACE_FILES = ['named', 'patterns', 'prefect-compatible', 'watchfire'] as const;
export type TraceFile = (typeof TRACE_FILES)[number];

type Step = { at: string; event?: unknown; tick?: true; put?: unknown; delete?: string };
type Refused = { step: number; reason: string };

/** A scenario with the answer it must get: `firings`, or `invalid` when a document is in error. */
export type Recorded = {
  name: string;
  start?: string;
  automations: unknown[];
  timeline: Step[];
  firings?: unknown[];
  invalid?: string;
  refused?: Refused[];
  why?: string;
};

export function tracesIn(file: TraceFile): Recorded[] {
  const text = gunzipSync(readFileSync(pathOf(`${file}.ndjson.gz`))).toString('utf8');
  return linesOf(text).map((line): Recorded => JSON.parse(line));
}

const NOT_YET = { engine: 'not-yet.txt', oracle: '../oracle/not-yet.txt' } as const;

/** The names of the scenarios that the engine, or the oracle, does not answer as recorded yet, in the order of the list. */
export function notYet(answering: keyof typeof NOT_YET = 'engine'): string[] {
  return linesOf(readFileSync(pathOf(NOT_YET[answering]), 'utf8'));
}

/** What a recorded answer fixes: all of it, but for the words of the expression parser about a faulty expression. */
export function fixedPart({ firings, invalid, refused = [] }: Partial<Recorded>): unknown {
  if (invalid === undefined) return { firings, refused };
  const [place] = invalid.split(':', 1);
  return { invalid: / at \d+:\d+$/.test(invalid) ? `${place}: a faulty expression` : invalid };
}

/** Random scenarios are named family-seed-number; hand-made ones belong to the family of their file. */
export function familyOf(name: string, file: TraceFile): string {
  return /^(.+?)-\d+-\d+$/.exec(name)?.[1] ?? file;
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
