import { describe, expect, test } from 'vitest';
import { asUtf8, textOf } from '../../src/cli/encoding.ts';

const TEXT = '{"a":"é😀"}\n';
const little = Buffer.from(`\ufeff${TEXT}`, 'utf16le');
const FORMS: [string, Buffer][] = [
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16', little],
  ['UTF-16 with the bytes the other way round', Buffer.from(little).swap16()],
];

async function streamed(chunks: readonly (Buffer | string)[]): Promise<string> {
  async function* source(): AsyncGenerator<Buffer | string> {
    yield* chunks;
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of asUtf8(source())) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

describe('a file is read as it says that it is encoded', () => {
  test.each(FORMS)('%s', async (_, bytes) => {
    expect(textOf(bytes)).toBe(TEXT);
    expect(await streamed([bytes])).toBe(TEXT);
    expect(await streamed([...bytes].map((byte) => Buffer.from([byte])))).toBe(TEXT);
  });

  test('texts of a stream are what they are', async () => {
    expect(await streamed(['', 'a', 'é'])).toBe('aé');
    expect(await streamed([])).toBe('');
  });

  test('bytes that are neither are no text', async () => {
    expect(textOf(Buffer.from([0x61, 0xe9]))).toBeNull();
    expect(textOf(little.subarray(0, 5))).toBeNull();
    await expect(streamed([little.subarray(0, 5)])).rejects.toThrow(TypeError);
  });
});
