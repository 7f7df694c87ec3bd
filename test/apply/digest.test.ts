import { expect, test } from 'vitest';
import { digestOf } from '../../src/apply/digest.ts';

test('the digest of an id is five letters and nine bytes, and its own for each id', () => {
  const digests = Array.from({ length: 20_000 }, (_, i) => digestOf(`event-${i}`));
  expect(new Set(digests.map(({ head, tail }) => head + tail.toString('hex'))).size).toBe(digests.length);
  expect(new Set(digests.map(({ tail }) => tail.toString('hex'))).size).toBe(digests.length);
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
