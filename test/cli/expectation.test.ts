import { describe, expect, test } from 'vitest';
import { type Came, compare } from '../../src/cli/testing/expectation.ts';

const came = (automation: string, id: string): Came =>
  ({
    firing: { automation, state: 'Triggered', labels: { id } },
    name: automation,
    triggeredMs: 0,
    jobs: [],
  }) as unknown as Came;
const wanted = (labels?: Record<string, string>) => ({
  automation: 'a',
  state: 'triggered' as const,
  ...(labels && { labels }),
});

describe('expectations and firings', () => {
  test('thousands that are all alike are held against each other at once', () => {
    const count = 2_000;
    const firings = Array.from({ length: count }, () => came('a', 'x'));
    const expected = Array.from({ length: count + 1 }, () => wanted());
    const { missing, unexpected } = compare(expected, firings, false);
    expect([missing.map(({ place }) => place), unexpected]).toEqual([[count], []]);
  });

  test('one gives way to another that nothing else meets, in whichever order they stand', () => {
    const firings = [came('a', 'x'), came('a', 'y')];
    for (const expected of [
      [wanted(), wanted({ id: 'x' })],
      [wanted({ id: 'x' }), wanted()],
      [wanted(), wanted({ id: 'y' })],
    ])
      expect(compare(expected, firings, false)).toEqual({ missing: [], unexpected: [] });
  });

  test('the nearest firing is that of the same automation which differs least, each for one expectation', () => {
    const { missing, unexpected } = compare(
      [wanted({ id: 'z' }), wanted({ id: 'w' })],
      [came('b', 'z'), came('a', 'x')],
      false,
    );
    expect(missing.map(({ nearest }) => nearest?.firing.labels.id ?? null)).toEqual(['x', null]);
    expect(unexpected.map(({ firing }) => firing.automation)).toEqual(['b']);
  });
});
