import { describe, expect, test } from 'vitest';
import { holdsAt, parseSilence, type Silence, type SilenceInput, silenceOf } from '../../../src/model/silence.ts';

const given = { automation: 'a', labels: { id: '7' }, for: '2h', reason: 'known', by: 'ana' };

describe('a silence as it is written', () => {
  test('says of what, how long, why and by whom', () => {
    const { for: _, ...said } = given;
    expect(parseSilence(given)).toEqual({ ...said, forMs: 7_200_000 });
    expect(parseSilence({ labels: { id: '7' }, for: 60, reason: 'r', by: 'b' })).toMatchObject({
      automation: null,
      forMs: 60_000,
    });
  });

  test.each<[string, object, string]>([
    ['a missing reason', { reason: undefined }, 'reason: is required'],
    ['nobody', { by: undefined }, 'by: is required'],
    ['an empty reason', { reason: '' }, 'reason: must be a text of at most 500 characters'],
    ['a long reason', { reason: 'x'.repeat(501) }, 'reason: must be a text of at most 500 characters'],
    ['no duration', { for: undefined }, 'for: is required'],
    ['an unreadable duration', { for: 'soon' }, 'for: must be a duration'],
    ['a negative duration', { for: '-1h' }, 'for: must not be negative'],
    ['no time at all', { for: 0 }, 'for: must be above 0'],
    ['more than a year', { for: '366d' }, 'for: must not be longer than 365 days'],
    ['everything', { automation: undefined, labels: {} }, 'automation: is required where there are no labels'],
    ['a label that is no text', { labels: { id: 7 } }, 'labels.id: must be a string'],
    ['an unknown key', { until: 5 }, 'until: unknown key'],
  ])('%s is refused', (_, change, problem) => {
    expect(() => parseSilence({ ...given, ...change } as SilenceInput)).toThrow(problem);
  });
});

describe('the silence of a firing', () => {
  const silence = (parts: Partial<Silence>): Silence => ({
    ...{ id: 's', automation: 'a', labels: {}, reason: 'r', by: 'b', from: 100, until: 200 },
    ...parts,
  });
  const firing = { automation: 'a', labels: { id: '7', region: 'eu' } };

  test('begins with its first millisecond and ends before its last one', () => {
    expect([99, 100, 199, 200].map((at) => holdsAt(silence({}), at))).toEqual([false, true, true, false]);
    expect(silenceOf([silence({})], firing, 200)).toBeNull();
  });

  test.each<[string, Partial<Silence>, boolean]>([
    ['of the automation', {}, true],
    ['of another automation', { automation: 'b' }, false],
    ['of the key', { labels: { id: '7', region: 'eu' } }, true],
    ['of a label of it', { labels: { region: 'eu' } }, true],
    ['of another value', { labels: { id: '77' } }, false],
    ['of a label that it has not', { labels: { zone: '' } }, false],
    ['of a name that objects have', { labels: { constructor: 'x' } }, false],
    ['of the label in all automations', { automation: null, labels: { id: '7' } }, true],
  ])('%s', (_, parts, holds) => {
    expect(silenceOf([silence(parts)], firing, 150) !== null).toBe(holds);
  });

  test('is the one that ends last', () => {
    const all = [silence({ id: '1' }), silence({ id: '2', until: 300 }), silence({ id: '3', until: 250 })];
    expect(silenceOf(all, firing, 150)?.id).toBe('2');
  });
});

test('an acknowledgement silences the reminders of its alert, and of none that began later', () => {
  const acknowledged = {
    id: 's-1',
    automation: 'a',
    labels: { id: 'r' },
    reason: 'on it',
    by: 'ann',
    from: 0,
    until: 10,
    alert: 5,
  };
  const firing = { automation: 'a', labels: { id: 'r' } };
  const reminder = (start: number) => ({ ...firing, reminder: 1, story: { kind: 'reminder' as const, start } });
  expect(silenceOf([acknowledged], reminder(5), 1)).toBe(acknowledged);
  expect(silenceOf([acknowledged], reminder(6), 1)).toBeNull();
  expect(silenceOf([acknowledged], firing, 1)).toBeNull();
  const renewal = { ...firing, story: { kind: 'count' as const, start: 5, count: 2, threshold: 1 } };
  expect(silenceOf([acknowledged], renewal, 1)).toBeNull();
  expect(silenceOf([acknowledged], { ...reminder(5), labels: { id: 's' } }, 1)).toBeNull();
});
