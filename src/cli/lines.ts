const NEWLINE = 0x0a;

/** One line of a file. `bytes` is null when there were more than the limit; those were not kept. */
export type Line = Readonly<{ number: number; bytes: Buffer | null }>;

/**
 * Splits a stream of bytes into lines without their newline, never holding more than one chunk and one line of
 * `limitBytes`. Lines come in lists, one for each chunk, because a million single ones would wait a million times.
 */
export async function* linesOf(source: AsyncIterable<Uint8Array | string>, limitBytes: number): AsyncGenerator<Line[]> {
  let number = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  const add = (piece: Buffer): void => {
    keptBytes += piece.length;
    if (keptBytes > limitBytes) kept = [];
    else kept.push(piece);
  };
  const take = (): Line => {
    number += 1;
    const line = { number, bytes: keptBytes > limitBytes ? null : joined(kept) };
    kept = [];
    keptBytes = 0;
    return line;
  };
  for await (const piece of source) {
    const chunk = bufferOf(piece);
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      lines.push(take());
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
    if (lines.length > 0) yield lines;
  }
  if (keptBytes > 0) yield [take()];
}

function bufferOf(piece: Uint8Array | string): Buffer {
  return typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
}

/** Most lines lie within one chunk and need no copy. */
function joined(pieces: Buffer[]): Buffer {
  const [only] = pieces;
  return only && pieces.length === 1 ? only : Buffer.concat(pieces);
}
