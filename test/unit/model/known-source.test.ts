import { expect, test } from 'vitest';
import { isRead, type KnownSource, troublesOf } from '../../../src/model/known-source.ts';

const NOW_MS = 1_000_000;
const KNOWN: KnownSource = {
  name: 'shop',
  place: '1-1',
  events: 7,
  letters: 0,
  lost: 0,
  pausedMs: null,
  spec: { name: 'shop', type: 'stream' },
  note: { atMs: NOW_MS - 1_000, behind: 0, waitsMs: 0, error: null },
};

function told(more: Partial<KnownSource>): string[] {
  return troublesOf([{ ...KNOWN, ...more }], NOW_MS, (ms) => `${ms / 1_000} s`).map(({ found }) => found);
}

const note = (more: object): Partial<KnownSource> => ({
  note: { atMs: NOW_MS, behind: 0, waitsMs: 0, error: null, ...more },
});

test.each<[string, Partial<KnownSource>, string[]]>([
  ['is read to its end', {}, []],
  ['has some entries that wait for a moment', note({ behind: 50, waitsMs: 10_000 }), []],
  [
    'is behind',
    note({ behind: 5_000, waitsMs: 60_000 }),
    ['the source shop is 5,000 entries behind, the oldest waits for 60 s: absences wait for it at most 300 s'],
  ],
  [
    'is behind by nobody knows how much, and holds nothing',
    { ...note({ behind: null, waitsMs: 60_000 }), spec: { hold: 0 } },
    ['the source shop is some entries behind, the oldest waits for 60 s: absences do not wait for it'],
  ],
  [
    'is paused',
    { pausedMs: NOW_MS - 5_000, spec: { hold: '1m' } },
    ['the source shop is paused for 5 s: absences wait for it at most 60 s'],
  ],
  [
    'is read by nobody',
    note({ atMs: NOW_MS - 16_000 }),
    ['nobody reads the source shop for 16 s: absences wait for it at most 300 s'],
  ],
  ['fails', note({ error: 'NOAUTH' }), ['the source shop cannot be read: NOAUTH: absences wait for it at most 300 s']],
  ['lost entries', { lost: 1_234 }, ['1,234 entries of the source shop were removed before they were read']],
  ['is sent its events', { place: null, note: null }, []],
])('a source that %s has its sentence', (_, more, sentences) => {
  expect(told(more)).toEqual(sentences);
});

test('a source is read while somebody noted so lately, without an error, and nobody paused it', () => {
  expect(isRead(KNOWN, NOW_MS)).toBe(true);
  expect(isRead(KNOWN, NOW_MS + 14_000)).toBe(true);
  expect(isRead(KNOWN, NOW_MS + 14_001)).toBe(false);
  for (const more of [{ pausedMs: NOW_MS }, { note: null }, note({ error: 'x' })])
    expect(isRead({ ...KNOWN, ...more }, NOW_MS)).toBe(false);
});
