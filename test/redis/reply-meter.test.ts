import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { LargeEntry } from '../../src/model/intake.ts';
import { ReplyMeter } from '../../src/redis/reply-meter.ts';

const LIMITS = { bytes: 5_000, texts: 50 };

type Part = string | number | null | readonly Part[];

function written(part: Part): string {
  if (part === null) return '$-1\r\n';
  if (typeof part === 'number') return `:${part}\r\n`;
  if (typeof part === 'string') return `$${Buffer.byteLength(part)}\r\n${part}\r\n`;
  return `*${part.length}\r\n${part.map(written).join('')}`;
}

/** What comes out behind the meter, and what it told, when the reply comes in pieces of these sizes. */
function metered(reply: string, sizes: readonly number[]) {
  const passed: Buffer[] = [];
  const large = new Map<string, LargeEntry>();
  const begun: [string, LargeEntry][] = [];
  const meter = new ReplyMeter({
    bounds: LIMITS,
    pass: (chunk) => passed.push(Buffer.from(chunk)),
    large,
    onLarge: (id, known) => begun.push([id, known]),
  });
  const bytes = Buffer.from(reply);
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    meter.write(bytes.subarray(at, at + size));
    at += size;
  }
  let text = Buffer.concat(passed).toString();
  for (const name of large.keys()) text = text.replace(name, 'NAME'.padEnd(36));
  return { text, large: [...large.values()], begun };
}

const SIZES: readonly (readonly number[])[] = [[1e9], [1], [2], [3, 7], [64], [1_000, 1]];
const NAME = 'NAME'.padEnd(36);
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const huge = 'h'.repeat(6_000);
const beginning = huge.slice(0, 1_024);

describe.each(SIZES)('a reply that comes in pieces of %s bytes', (...sizes) => {
  test('of ordinary size passes as it is', () => {
    const entries: Part = [
      ['1-1', ['data', 'ä'.repeat(2_000)]],
      ['1-2', ['a', '', 'b', '$9999999\r\n']],
      ['1-3', null],
    ];
    const reply =
      written([['events', entries]]) +
      written(null) +
      written([]) +
      '+OK\r\n-ERR no\r\n:12\r\n%1\r\n$1\r\nk\r\n*0\r\n_\r\n';
    expect(metered(reply, sizes)).toEqual({ text: reply, large: [], begun: [] });
  });

  test('loses a text that is too large, and keeps those before and behind it', () => {
    const before: Part = ['1-1', ['data', 'x']];
    const behind: Part = ['1-3', ['data', 'y']];
    const reply = written([['events', [before, ['1-2', ['data', huge]], behind]]]) + written('next');
    const { text, large, begun } = metered(reply, sizes);
    expect(text).toBe(written([['events', [before, ['1-2', ['data', NAME]], behind]]]) + written('next'));
    expect(large).toEqual([{ bytes: 6_004, sha1: sha1(huge), beginning }]);
    expect(begun).toEqual([
      ['1-2', { bytes: 6_004, sha1: '', beginning }],
      ['1-2', { bytes: 6_004, sha1: sha1(huge), beginning }],
    ]);
  });

  test('loses what comes behind the text that was too much', () => {
    const reply = written([['1-1', ['a', 'b', 'c', huge, 'd', 'e']]]);
    const { text, large } = metered(reply, sizes);
    expect(text).toBe(written([['1-1', ['a', 'b', 'c', '', '', NAME]]]));
    expect(large).toEqual([{ bytes: 6_005, sha1: sha1(`${huge}de`), beginning }]);
  });

  test('loses a list of too many texts', () => {
    const texts = Array.from({ length: 51 }, (_, i) => `${i}`);
    const { text, large, begun } = metered(
      written([
        ['1-1', texts],
        ['1-2', ['a', 'b']],
      ]),
      sizes,
    );
    expect(text).toBe(
      written([
        ['1-1', [NAME]],
        ['1-2', ['a', 'b']],
      ]),
    );
    const all = texts.join('');
    expect(large).toEqual([{ bytes: all.length, sha1: sha1(all), beginning: all }]);
    expect(begun).toEqual([['1-1', large[0]]]);
  });
});

test('a single text that stands in no list passes, however large', () => {
  const reply = written(huge);
  expect(metered(reply, [64]).text).toBe(reply);
});
