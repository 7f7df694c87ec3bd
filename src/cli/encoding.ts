import { TextDecoder } from 'node:util';

/** What a file begins with that says how it is encoded. Windows writes UTF-16 by redirecting output, as in `… > events.json`. */
const BEGINNINGS: readonly (readonly [string, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Longest of them. */
const BEGINNING_BYTES = 3;

function beginningOf(bytes: Uint8Array): (typeof BEGINNINGS)[number] | undefined {
  return BEGINNINGS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
}

/** The text of a file: UTF-8, or UTF-16 that says so by its first two bytes. Null when its bytes are neither. */
export function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(beginningOf(bytes)?.[0] ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A stream of bytes as UTF-8 without its mark. UTF-16 that says so is read; whether anything else is UTF-8 is not judged here. */
export async function* asUtf8(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  let begin = Buffer.alloc(0);
  let decoder: TextDecoder | null = null;
  let begun = false;
  const pass = (bytes: Uint8Array): Uint8Array =>
    decoder ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes;
  const start = (): Uint8Array => {
    begun = true;
    const [encoding, mark] = beginningOf(begin) ?? ['utf-8', []];
    if (encoding !== 'utf-8') decoder = new TextDecoder(encoding, { fatal: true });
    return pass(begin.subarray(mark.length));
  };
  for await (const piece of source) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    if (begun) yield pass(bytes);
    else {
      begin = Buffer.concat([begin, bytes]);
      if (begin.length >= BEGINNING_BYTES) yield start();
    }
  }
  if (!begun) yield start();
  // Half a character at the end is an error of the file.
  if (decoder) yield Buffer.from((decoder as TextDecoder).decode());
}
