import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The folder of the project. */
export const root = path.join(import.meta.dirname, '..', '..');

/** A file of the project, its path relative to `root` with `/` in between, whatever the system. */
export type SourceFile = Readonly<{ file: string; text: string; lines: number }>;

/** All text files of the project in the given folders (or all folders), sorted; what git ignores is left out. */
export function sourceFiles(folders: readonly string[] = [''], ending = ''): SourceFile[] {
  const ignored = ignoredNames();
  return folders
    .flatMap((folder) => walk(folder, ignored))
    .filter((file) => file.endsWith(ending))
    .sort()
    .map((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return { file, text, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) };
    });
}

function walk(folder: string, ignored: ReadonlySet<string>): string[] {
  const entries = readEntries(folder).filter(({ name }) => !ignored.has(name) && !/\.(?:tgz|gz)$/.test(name));
  return entries.flatMap((entry) => {
    const place = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return walk(place, ignored);
    return entry.isFile() ? [place] : [];
  });
}

/** A folder that does not exist has no files. */
function readEntries(folder: string): import('node:fs').Dirent[] {
  try {
    return readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
}

/** .gitignore names folders only, besides packed archives. */
function ignoredNames(): ReadonlySet<string> {
  const lines = readFileSync(path.join(root, '.gitignore'), 'utf8').split('\n');
  return new Set(['.git', ...lines.filter((line) => line.endsWith('/')).map((line) => line.slice(0, -1))]);
}
