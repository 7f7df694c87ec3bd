import { type Line, linesOf } from './lines.ts';

/**
 * The scenarios of a file, as the lines of NDJSON; or one whose JSON runs over several lines, as people and editors write it: then the
 * first line is a lone brace, which is no scenario in any other file. It counts as the line at which it begins.
 */
export async function* scenarioLinesOf(
  source: AsyncIterable<Uint8Array | string>,
  limitBytes: number,
): AsyncGenerator<Line[]> {
  let begun = false;
  let whole: { number: number; pieces: (Buffer | null)[]; bytes: number } | null = null;
  for await (const lines of linesOf(source, limitBytes)) {
    const [first] = begun ? [] : lines.filter(({ bytes }) => bytes === null || bytes.toString().trim() !== '');
    if (first) {
      begun = true;
      if (first.bytes?.toString().trim() === '{') whole = { number: first.number, pieces: [], bytes: 0 };
    }
    if (whole === null) {
      yield lines;
      continue;
    }
    for (const { bytes } of lines) {
      whole.bytes += (bytes?.length ?? limitBytes) + 1;
      // Of what is too long nothing is kept.
      if (whole.bytes > limitBytes) whole.pieces = [null];
      else whole.pieces.push(bytes);
    }
  }
  if (whole !== null) yield [{ number: whole.number, bytes: joined(whole.pieces) }];
}

function joined(pieces: readonly (Buffer | null)[]): Buffer | null {
  const newline = Buffer.from('\n');
  const parts = pieces.flatMap((piece) => (piece === null ? [] : [piece, newline]));
  return pieces.includes(null) ? null : Buffer.concat(parts);
}
