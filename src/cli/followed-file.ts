import { createHash } from 'node:crypto';
import { type FileHandle, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { reasonOf } from '../errors.ts';
import { isRecord } from '../model/record.ts';
import { Misuse } from './verb.ts';

/** How much of a file is read at a time. */
const CHUNK_BYTES = 256 * 1_024;

/** Bytes at the beginning of a file by which it is known again: the number of a file that was removed is given to another. */
const HEAD_BYTES = 256;

const NEWLINE = 0x0a;

/**
 * How far a file was read. `ino`: its number in the file system; `turn`: how often it was cut off and begun anew; `head`: digest of its first
 * `headBytes` bytes.
 */
export type FilePlace = Readonly<{ ino: number; turn: number; offset: number; head: string; headBytes: number }>;

/** Whole lines that came, and where each begins. `place`: behind them. */
export type NewLines = Readonly<{ bytes: Buffer; offsets: readonly number[]; place: FilePlace }>;

/** What became of a file that is followed, for people. */
export type FollowNote = 'rotated' | 'cut-off' | 'lost' | 'missing';

/** A file that grows, is rotated and is read again from where it was left. */
export class FollowedFile {
  readonly #file: string;
  readonly #lineLimit: number;
  readonly #note: (note: FollowNote) => void;
  #handle: FileHandle | null = null;
  #place: FilePlace | null;
  #missing = false;

  /** @param place where it was left; null: it is read from its beginning */
  constructor(file: string, place: FilePlace | null, lineLimit: number, note: (note: FollowNote) => void) {
    this.#file = file;
    this.#place = place;
    this.#lineLimit = lineLimit;
    this.#note = note;
  }

  /** The lines that came since, as many as one look brings; null when none did. */
  async read(): Promise<NewLines | null> {
    const handle = this.#handle ?? (await this.#open());
    if (handle === null) return null;
    const place = await this.#uncut(handle);
    const came = await this.#lines(handle, place, false);
    if (came !== null) return came;
    if (!(await this.#isRotated(place))) return null;
    // Its last line has no newline, and none will come.
    const rest = await this.#lines(handle, place, true);
    if (rest !== null) return rest;
    await this.close();
    this.#note('rotated');
    this.#place = null;
    return await this.read();
  }

  /** Says that all before a place is dealt with. */
  moveTo(place: FilePlace): void {
    this.#place = place;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = null;
  }

  async #open(): Promise<FileHandle | null> {
    const left = this.#place;
    const file = left === null ? this.#file : await this.#fileOf(left);
    if (left !== null && file === null) {
      this.#note('lost');
      this.#place = null;
    }
    const handle = await open(file ?? this.#file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw new Misuse(`cannot read ${this.#file}: ${error.message}`);
    });
    if (handle === null && !this.#missing) this.#note('missing');
    this.#missing = handle === null;
    this.#handle = handle;
    if (handle !== null && this.#place === null) {
      const { ino } = await handle.stat();
      this.#place = { ino, turn: 0, offset: 0, head: '', headBytes: 0 };
    }
    return handle;
  }

  /** The file that was read up to a place: the one of that name, or one beside it that has another name now; null: it is gone. */
  async #fileOf(place: FilePlace): Promise<string | null> {
    const folder = path.dirname(this.#file);
    const beside = await readdir(folder).catch(() => []);
    for (const name of [path.basename(this.#file), ...beside]) {
      const file = path.join(folder, name);
      const found = await stat(file).catch(() => null);
      if (found?.ino === place.ino && (await headOf(file, place.headBytes)) === place.head) return file;
    }
    return null;
  }

  /** The place, or the beginning where the file was cut off. */
  async #uncut(handle: FileHandle): Promise<FilePlace> {
    const place = this.#place as FilePlace;
    const { size } = await handle.stat();
    if (size >= place.offset) return place;
    this.#note('cut-off');
    this.#place = { ino: place.ino, turn: place.turn + 1, offset: 0, head: '', headBytes: 0 };
    return this.#place;
  }

  /** Whether the file was rotated: another one has its name. Before that, lines may still come to this one. */
  async #isRotated({ ino }: FilePlace): Promise<boolean> {
    const found = await stat(this.#file).catch(() => null);
    return found !== null && found.ino !== ino && found.size > 0;
  }

  /** @param last whether what stands behind the last newline is a line */
  async #lines(handle: FileHandle, place: FilePlace, last: boolean): Promise<NewLines | null> {
    let bytes = await chunkAt(handle, place.offset, CHUNK_BYTES);
    // A long line is read whole, up to the limit; what is longer is passed on in pieces, which are refused.
    while (bytes.length >= CHUNK_BYTES && !bytes.includes(NEWLINE) && bytes.length <= this.#lineLimit) {
      const more = await chunkAt(handle, place.offset + bytes.length, CHUNK_BYTES);
      if (more.length === 0) break;
      bytes = Buffer.concat([bytes, more]);
    }
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    const whole = end > 0 ? bytes.subarray(0, end) : last || bytes.length > this.#lineLimit ? bytes : null;
    if (whole === null || whole.length === 0) return null;
    const moved = { ...place, offset: place.offset + whole.length };
    return { bytes: whole, offsets: offsetsIn(whole, place.offset), place: await this.#headed(handle, moved) };
  }

  async #headed(handle: FileHandle, place: FilePlace): Promise<FilePlace> {
    if (place.headBytes >= HEAD_BYTES) return place;
    const headBytes = Math.min(HEAD_BYTES, place.offset);
    return { ...place, headBytes, head: digestOf(await chunkAt(handle, 0, headBytes)) };
  }
}

/** Where the place of a file that is followed is kept: beside it, unless somebody names another file. */
export function placeFileOf(file: string, named: unknown): string {
  return named === undefined ? `${file}.place` : String(named);
}

/** @throws Misuse for a file that holds no place */
export async function readPlace(file: string): Promise<FilePlace | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Misuse(`cannot read the place in ${file}: ${error.message}`);
  });
  if (text === null) return null;
  const place = placeIn(text);
  if (place === null)
    throw new Misuse(`${file} holds no place: remove it to read from the beginning, or name another by --place`);
  return place;
}

/** Writes it beside the old one first: a crash leaves one of the two. @throws Misuse */
export async function writePlace(file: string, place: FilePlace): Promise<void> {
  const fresh = `${file}.new`;
  try {
    // In a folder of others a link may stand there, which must not lead to another file.
    await rm(fresh, { force: true });
    await writeFile(fresh, `${JSON.stringify(place)}\n`, { flag: 'wx' });
    await rename(fresh, file);
  } catch (error) {
    throw new Misuse(`cannot keep the place in ${file}: ${reasonOf(error)}; name another file by --place`);
  }
}

function placeIn(text: string): FilePlace | null {
  try {
    const read: unknown = JSON.parse(text);
    if (!isRecord(read)) return null;
    const { ino, turn, offset, head, headBytes } = read;
    const whole = [ino, turn, offset, headBytes].every((one) => Number.isSafeInteger(one) && Number(one) >= 0);
    return whole && typeof head === 'string' ? (read as FilePlace) : null;
  } catch {
    return null;
  }
}

async function headOf(file: string, bytes: number): Promise<string> {
  if (bytes === 0) return '';
  const handle = await open(file);
  try {
    return digestOf(await chunkAt(handle, 0, bytes));
  } finally {
    await handle.close();
  }
}

async function chunkAt(handle: FileHandle, from: number, most: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(most);
  const { bytesRead } = await handle.read(buffer, 0, most, from);
  return buffer.subarray(0, bytesRead);
}

/** Where each line of some bytes begins in their file. */
function offsetsIn(bytes: Buffer, from: number): number[] {
  const offsets: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    offsets.push(from + at);
    const newline = bytes.indexOf(NEWLINE, at);
    at = newline === -1 ? bytes.length : newline + 1;
  }
  return offsets;
}

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
