import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { broken, type Mutation } from './mutation.ts';

export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const COPIED = ['docs', 'examples', 'lua', 'scripts', 'src', 'test'];
const COPIED_FILES = ['.gitignore', 'package.json', 'package-lock.json', 'tsconfig.json', 'vitest.config.ts'];

export const textOf = (file: string): string => readFileSync(path.join(PROJECT, file), 'utf8');
export const stands = (file: string): boolean => existsSync(path.join(PROJECT, file));

/** A copy of the project, with its packages. */
export function copyProject(folder: string): string {
  const copy = path.join(folder, 'main');
  mkdirSync(copy, { recursive: true });
  for (const name of [...COPIED, ...COPIED_FILES])
    cpSync(path.join(PROJECT, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(copy, 'node_modules'));
  return copy;
}

/** Runs something while a copy has the mutation in it. */
export async function during<T>(copy: string, mutation: Mutation, run: () => Promise<T>): Promise<T> {
  const file = path.join(copy, mutation.file);
  const sound = readFileSync(file, 'utf8');
  writeFileSync(file, broken(sound, mutation));
  try {
    return await run();
  } finally {
    writeFileSync(file, sound);
  }
}
