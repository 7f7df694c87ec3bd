import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const COPIED = ['lua', 'src', 'package.json', 'test/rigs/worker-program.ts'];

/** A place in a file of the engine, of which there has to be one, and what stands there in the copy. */
export type Change = Readonly<{ file: string; find: string | RegExp; replace: string }>;

/** The program of a worker whose engine is a copy in `folder` that differs in these places alone. @throws Error for a place that is not there once */
export function changedEngine(folder: string, changes: readonly Change[]): string {
  const copy = path.join(folder, 'engine');
  mkdirSync(path.join(copy, 'test', 'rigs'), { recursive: true });
  for (const name of COPIED) cpSync(path.join(PROJECT, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(copy, 'node_modules'));
  for (const { file, find, replace } of changes) {
    const pieces = readFileSync(path.join(copy, file), 'utf8').split(find);
    if (pieces.length !== 2) throw new Error(`${file}: ${pieces.length - 1} places with ${find}`);
    writeFileSync(path.join(copy, file), pieces.join(replace));
  }
  return path.join(copy, 'test', 'rigs', 'worker-program.ts');
}
