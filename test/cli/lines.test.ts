import { describe, expect, test } from 'vitest';
import { linesOf } from '../../src/cli/lines.ts';

async function read(chunks: readonly (string | Buffer)[], limit = 10): Promise<(string | null)[]> {
  async function* source(): AsyncGenerator<string | Buffer> {
    yield* chunks;
  }
  const lines = [];
  for await (const list of linesOf(source(), limit)) lines.push(...list);
  expect(lines.map(({ number }) => number)).toEqual(lines.map((_, i) => i + 1));
  return lines.map(({ bytes }) => bytes?.toString() ?? null);
}

describe('lines of a stream', () => {
  test.each<[string, string[], (string | null)[]]>([
    ['nothing', [], []],
    ['an empty chunk', [''], []],
    ['a line with its newline', ['a\n'], ['a']],
    ['a last line without one', ['a\nb'], ['a', 'b']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['a line over three chunks', ['a', 'b', 'c\nd'], ['abc', 'd']],
    ['a newline in a chunk of its own', ['a', '\n', 'b'], ['a', 'b']],
    ['a line as long as the limit', ['0123456789\n'], ['0123456789']],
    ['a longer one, which is not kept', ['0123456789x\nb'], [null, 'b']],
    ['a longer one over chunks', ['01234', '56789', 'x', 'y\nb'], [null, 'b']],
    ['a longer one at the end', ['a\n01234', '567890'], ['a', null]],
  ])('%s', async (_, chunks, lines) => {
    expect(await read(chunks)).toEqual(lines);
    expect(await read(chunks.map((chunk) => Buffer.from(chunk)))).toEqual(lines);
  });

  test('a character over two chunks stays whole', async () => {
    const bytes = Buffer.from('é\n');
    expect(await read([bytes.subarray(0, 1), bytes.subarray(1)])).toEqual(['é']);
  });
});
