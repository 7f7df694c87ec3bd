import { open } from 'node:fs/promises';
import { addAbortSignal, type Readable } from 'node:stream';
import { type Io, Misuse } from './verb.ts';

/** How much of a file is read at a time. */
const CHUNK_BYTES = 256 * 1_024;

/** A file to be read in pieces; `totalBytes` is null when its length is unknown, as for a pipe. */
export type Input = Readonly<{ source: AsyncIterable<Uint8Array | string>; totalBytes: number | null }>;

/**
 * Opens a file, or standard input for `-`. Reading ends with an error on SIGINT and SIGTERM, also while nothing comes.
 * @throws Misuse when there is no such file
 */
export async function openInput(file: string, io: Pick<Io, 'stdin' | 'signal'>): Promise<Input> {
  if (file === '-') return { source: watched(io.stdin as Readable, io.signal), totalBytes: null };
  const handle = await open(file).catch((error: Error) => {
    throw new Misuse(`cannot read ${file}: ${error.message}`);
  });
  const about = await handle.stat();
  const source = watched(handle.createReadStream({ highWaterMark: CHUNK_BYTES }), io.signal);
  return { source, totalBytes: about.isFile() ? about.size : null };
}

function watched(source: Readable, signal: AbortSignal): Readable {
  // A reader meets the error. When nobody reads any more, it must not end the program.
  return addAbortSignal(signal, source).on('error', () => undefined);
}
