import { expect, test } from 'vitest';
import { NoWindow, windowText } from '../../src/migrate/window.ts';
import { parseWindowText } from '../../src/redis/window-text.ts';

const open = { start: '100', end: '200', count: '-1', due: '200' };
const alert = { alert_start: '50', alert_missing: '2', alert_until: '900' };

test('a Reactive window keeps its interval, its count and a later due, and nothing else', () => {
  expect(windowText({ ...open, keep: '260', opened: '1-1' }, false)).toEqual({ text: '[100,200) -1', last: null });
  expect(windowText({ ...open, due: '250', last: '{}' }, false)).toEqual({ text: '[100,200) -1 due 250', last: null });
});

test('a Proactive window keeps all that it says, in the order that the scripts write it', () => {
  const fields = {
    ...open,
    ...alert,
    due: '210',
    keep: '300',
    silent: '0',
    opener: 'id with blanks',
    opened: '1-1',
    last: '{"id":1}',
  };
  const { text, last } = windowText(fields, true);
  expect(text).toBe('[100,200) -1 due 210 keep 300 silent 0 alert 50 2 900 opener id with blanks');
  expect(last).toBe('{"id":1}');
  expect(parseWindowText(text)).toEqual({
    open: { start: 100, end: 200, count: -1, due: 210 },
    keep: 300,
    silent: false,
    armed: null,
    hold: 0,
    alert: { start: 50, missing: 2, until: 900, armed: null, last: null, reminder: null, ends: false },
    opener: 'id with blanks',
  });
});

test('an alert alone has no window, and no event to report', () => {
  expect(windowText({ ...alert, last: '{}' }, true)).toEqual({ text: 'alert 50 2 900', last: null });
});

test.each([
  ['start', {}, true],
  ['end', { start: '1' }, false],
  ['count', { ...open, count: '1.5' }, false],
  ['due', { ...open, due: '' }, true],
  ['keep', { ...open, keep: 'x' }, true],
  ['alert_missing', { ...alert, alert_missing: '1e3' }, true],
])('a window with something else as its %s is none', (field, fields, proactive) => {
  expect(() => windowText(fields as Record<string, string>, proactive)).toThrow(
    expect.objectContaining({ constructor: NoWindow, field }),
  );
});
