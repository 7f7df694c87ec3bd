import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Scenario } from '../model/scenario.ts';

const SHARED = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));
const FOUND = fileURLToPath(new URL('found.ndjson', import.meta.url));

/** A recorded scenario; without `firings` it is one with an invalid document. */
export type Recorded = Scenario & { firings?: unknown[]; why?: string };

/** The recorded scenarios of a file under `shared/traces`; none where they do not stand beside the checkout. */
export function sharedTraces(file: string): Recorded[] {
  return existsSync(SHARED + file) ? linesOf(SHARED + file) : [];
}

/** Cases that random comparison found, each with the answer it must get. */
export function foundCases(): Recorded[] {
  return linesOf(FOUND);
}

function linesOf(file: string): Recorded[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Recorded);
}
