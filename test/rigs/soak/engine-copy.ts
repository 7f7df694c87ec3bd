import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const COPIED = ['lua', 'src', 'package.json', 'test/rigs/worker-program.ts'];
const MINUTE_MS = 60_000;

/** What the engine remembers for half an hour and for a week, whatever is set: the two constants that say so. */
const MEMORIES = [
  { file: 'lua/include/limits.lua', number: /(?<=^ {2}MEMORY_MS = )[^,]+/gm },
  { file: 'src/relay/jobs.ts', number: /(?<=^export const DEDUPLICATION_TTL_MS = ).*(?=;$)/gm },
];

/**
 * The program of a worker whose engine remembers for `minutes`: a copy in `folder` in which nothing but these two numbers differs. What is
 * remembered for a week cannot be seen to stay flat within an hour.
 */
export function forgetful(folder: string, minutes: number): string {
  const copy = path.join(folder, 'engine');
  mkdirSync(path.join(copy, 'test', 'rigs'), { recursive: true });
  for (const name of COPIED) cpSync(path.join(PROJECT, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(copy, 'node_modules'));
  for (const { file, number } of MEMORIES) {
    const source = readFileSync(path.join(copy, file), 'utf8');
    const found = source.match(number)?.length ?? 0;
    if (found !== 1) throw new Error(`${file}: ${found} places that say how long it remembers`);
    writeFileSync(path.join(copy, file), source.replace(number, `${minutes * MINUTE_MS}`));
  }
  return path.join(copy, 'test', 'rigs', 'worker-program.ts');
}
