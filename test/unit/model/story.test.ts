import { describe, expect, test } from 'vitest';
import { deadlineOf, lateOf, parseStory, type Story, storyOf } from '../../../src/model/story.ts';
import { LATEST_MS } from '../../../src/model/timestamp.ts';

const event = { id: 'e9', received: '1970-01-01T00:00:05.000Z' };
const making = { state: 'Triggered', triggered: 3_000, decided: 5_250, event } as const;
const told = (story: Story, more: object = {}) => storyOf({ ...making, story, ...more });

describe('the story of a firing for handlers and people', () => {
  test('has its times as texts', () => {
    const story: Story = { kind: 'absence', start: 0, end: 1_000, due: 2_000, opener: 'e1', count: 0, threshold: 1 };
    expect(told(story)).toEqual({
      ...story,
      start: '1970-01-01T00:00:00.000Z',
      end: '1970-01-01T00:00:01.000Z',
      due: '1970-01-01T00:00:02.000Z',
    });
  });

  test('leaves out a time that no date can name', () => {
    const story: Story = { kind: 'tumbling', start: 0, end: LATEST_MS + 1, count: 2, threshold: 2 };
    expect(told(story)).not.toHaveProperty('end');
  });

  const counted = { count: 2, threshold: 2 };
  test.each<[what: string, story: Story, more: object, first: string | undefined, last: string | undefined]>([
    ['one event alone', { kind: 'count', count: 1, threshold: 1 }, {}, 'e9', 'e9'],
    ['several events', { kind: 'tumbling', ...counted }, {}, undefined, 'e9'],
    ['a sum of 1', { kind: 'count', of: 'sum', count: 1, threshold: 1 }, {}, undefined, 'e9'],
    [
      'all of them collected',
      { kind: 'tumbling', ...counted },
      { collected: [{ id: 'a' }, { id: 'b' }], counted: 2 },
      'a',
      'b',
    ],
    [
      'some of them collected',
      { kind: 'sliding', ...counted },
      { collected: [{ id: 'b' }], counted: 2 },
      undefined,
      'b',
    ],
    ['an absence', { kind: 'absence', count: 1, threshold: 2 }, {}, undefined, undefined],
    ['the end of an alert', { kind: 'alert', start: 0 }, {}, undefined, undefined],
  ])('names the first and the last event where they are known: %s', (_what, story, more, first, last) => {
    const { first: one, last: other } = told(story, more) ?? {};
    expect([one, other]).toEqual([first, last]);
  });

  test('is missing where none was recorded', () => {
    expect([storyOf(making), lateOf(making)]).toEqual([undefined, undefined]);
  });
});

test.each<[what: string, story: Story, state: 'Triggered' | 'Resolved', late: number | undefined]>([
  ['an event counted, after it came', { kind: 'tumbling', start: 0, end: 9 }, 'Triggered', 250],
  ['an absence, after its end', { kind: 'absence', start: 0, end: 1_000 }, 'Triggered', 4_250],
  ['a standing window', { kind: 'silence', start: 0, end: 1_250 }, 'Triggered', 4_000],
  ['a reminder, after its own time', { kind: 'reminder', start: 0 }, 'Triggered', 2_250],
  ['an alert that ended by time', { kind: 'alert', start: 0, end: 5_200 }, 'Resolved', 50],
  ['an alert that an event ended', { kind: 'alert', start: 0 }, 'Resolved', undefined],
  ['a composite', { kind: 'compound', start: 0, end: 9 }, 'Triggered', undefined],
  ['what lies ahead of the clock', { kind: 'absence', start: 0, end: 9_000 }, 'Triggered', 0],
])('how late it was decided: %s', (_what, story, state, late) => {
  expect(lateOf({ ...making, story, state })).toBe(late);
});

test('only what time decides has a deadline', () => {
  expect(deadlineOf({ kind: 'tumbling', start: 0, end: 9 }, 'Triggered', 5)).toBeUndefined();
  expect(deadlineOf({ kind: 'alert', start: 0, end: 9 }, 'Resolved', 9)).toBe(9);
});

test('a story of a later version is read as far as it is known', () => {
  expect(parseStory({ kind: 'count', count: null, lag: 3 }, 'story')).toEqual({ kind: 'count', count: null });
});
