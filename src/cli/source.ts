import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { textOf } from './encoding.ts';
import type { Source } from './position.ts';
import { type Io, Misuse } from './verb.ts';

/** Reads a file, or standard input for `-`, as text. @throws Misuse when it cannot be read */
export async function sourceOf(file: string, io: Pick<Io, 'stdin'>): Promise<Source> {
  const name = file === '-' ? 'stdin' : file;
  const bytes = await (file === '-' ? buffer(io.stdin) : readFile(file)).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EISDIR' ? `it is a folder; name its files, as in ${file}/*` : error.message;
    throw new Misuse(`cannot read ${file}: ${reason}`);
  });
  const text = textOf(bytes);
  if (text === null)
    throw new Misuse(`cannot read ${name}: it is neither UTF-8 nor UTF-16 that says so at its beginning`);
  return { file: name, text };
}
