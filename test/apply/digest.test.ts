import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digestFrom, digestOf, digestText } from '../../src/apply/digest.ts';

test('the digest of an id is five letters and nine bytes, and its own for each id', () => {
  const digests = Array.from({ length: 20_000 }, (_, i) => digestOf(`event-${i}`));
  expect(new Set(digests.map(({ head, tail }) => head + tail)).size).toBe(digests.length);
  expect(new Set(digests.map(({ tail }) => tail)).size).toBe(digests.length);
  for (const { head, tail } of digests) {
    expect(head).toMatch(/^[a-z2-7]{5}$/);
    expect(tail.length).toBe(9);
  }
});

test('the letters of heads come equally often', () => {
  const letters = Array.from({ length: 20_000 }, (_, i) => [...digestOf(`event-${i}`).head]);
  for (let place = 0; place < 5; place += 1) {
    const counts = new Map<string, number>();
    for (const head of letters) counts.set(head[place] ?? '', (counts.get(head[place] ?? '') ?? 0) + 1);
    expect(counts.size).toBe(32);
    expect(Math.max(...counts.values())).toBeLessThan(2 * Math.min(...counts.values()));
  }
});

test('a digest is made of the first twelve bytes of the SHA-1: all that formats before 3 kept', () => {
  for (const id of ['', 'e1', '😀', 'x'.repeat(1_000)]) {
    const kept = hash('sha1', id, 'base64url').slice(0, 16);
    expect(digestFrom(Buffer.from(kept, 'base64url').toString('latin1'))).toEqual(digestOf(id));
    const { head, tail } = digestOf(id);
    const bytes = Buffer.from(tail, 'latin1');
    expect(Buffer.concat([Buffer.from(kept, 'base64url').subarray(0, 3), bytes]).toString('base64url')).toBe(kept);
    expect(digestText({ head, tail })).toBe(`${head}${bytes.toString('hex')}`);
  }
});
