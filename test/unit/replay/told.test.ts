import { expect, test } from 'vitest';
import { essence } from '../../../src/replay/told.ts';

const child = (chance: object, more: object = {}): string =>
  JSON.stringify([{ id: 'c', ...chance, event: { payload: { worker: 'a', decided: 1 } }, children: [], ...more }]);

test.each([
  ['the firing', ['decided', '1', 'worker', 'a'], ['decided', '2', 'worker', 'b']],
  ['its children', ['children', child({ decided: 1, worker: 'a' })], ['children', child({ decided: 2 })]],
  [
    'children of its children',
    ['children', child({}, { children: JSON.parse(child({ decided: 1, worker: 'a' })) })],
    ['children', child({}, { children: JSON.parse(child({ decided: 2, worker: 'b' })) })],
  ],
])('the worker that decided %s makes no difference, nor does the time', (_, one, other) => {
  expect(essence(['firing', 'f', ...one])).toBe(essence(['firing', 'f', ...other]));
});

test.each([
  ['the id of a child', { id: 'd' }],
  ['the event of a child', { event: { payload: { worker: 'b', decided: 1 } } }],
])('%s makes a difference', (_, changed) => {
  expect(essence(['children', child({}, changed)])).not.toBe(essence(['children', child({})]));
});

test('what a later version says of a firing makes no difference', () => {
  expect(essence(['firing', 'f', 'state', 'Triggered', 'addition', '1'])).toBe(
    essence(['firing', 'f', 'state', 'Triggered']),
  );
});
