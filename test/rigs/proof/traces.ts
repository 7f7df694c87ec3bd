import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Recorded } from '../../traces/recorded.ts';

const FOUND = fileURLToPath(new URL('found.ndjson', import.meta.url));

/** `together`: most steps whose events are sent before any is applied, see `endsOf`; 1 without. */
export type Found = Recorded & { together?: number };

/** Cases that random comparison found, each with the answer it must get. */
export function foundCases(): Found[] {
  const lines = readFileSync(FOUND, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Found);
}
