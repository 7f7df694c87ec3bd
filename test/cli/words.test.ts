import { describe, expect, test } from 'vitest';
import { actionsInWords, durationInWords, triggerInWords } from '../../src/cli/view/words.ts';
import { parseTrigger } from '../../src/model/trigger.ts';

describe('a length of time', () => {
  test.each([
    [0, '0s'],
    [1, '1ms'],
    [1_500, '1s500ms'],
    [90_000, '1m30s'],
    [600_000, '10m'],
    [5_400_000, '1h30m'],
    [86_400_000, '1d'],
    [31_536_000_000_000, '365000d'],
  ])('of %i ms is %s', (ms, words) => {
    expect(durationInWords(ms)).toBe(words);
  });
});

const reactive = { posture: 'Reactive', expect: ['a'] };

describe('a trigger in words', () => {
  test.each<[string, object]>([
    [
      '5 × order.failed within 10m for each id',
      { ...reactive, expect: ['order.failed'], threshold: 5, within: 600, for_each: ['id'] },
    ],
    ['any event', { posture: 'Reactive' }],
    ['a | b.*', { posture: 'Reactive', expect: ['b.*', 'a'], threshold: 0 }],
    ['a of id=x.*|y, kind=order', { ...reactive, match: { kind: 'order', id: ['y', 'x.*'] } }],
    [
      'a with id=1, role=order with role=user',
      { ...reactive, match_related: [{ role: 'user' }, { id: '1', role: 'order' }] },
    ],
    [
      '2 × a after b within 1h for each id, kind',
      { ...reactive, after: ['b'], threshold: 2, within: '1h', for_each: ['kind', 'id'] },
    ],
    ['5 × a in any 10m', { ...reactive, threshold: 5, within: 600, window: 'sliding' }],
    [
      '5 × a in any 10m then quiet for 1h',
      { ...reactive, threshold: 5, within: 600, window: 'sliding', cooldown: '1h' },
    ],
    ['3 different payload.ip of a within 1m', { ...reactive, distinct: 'payload.ip', threshold: 3, within: 60 }],
    ['payload.n of a up to 0.5 within 1d', { ...reactive, sum: 'payload.n', threshold: 0.5, within: '1d' }],
    ['fewer than payload.n of a up to 1 within 10s', { ...reactive, posture: 'Proactive', sum: 'payload.n' }],
    [
      'a | (any event with role=shop) | (b | c of id=x where payload.n > 1) where true',
      {
        ...reactive,
        expect: [
          'a',
          { event: ['c', 'b'], match: { id: 'x' }, where: 'payload.n > 1' },
          { match_related: { role: 'shop' } },
        ],
        where: 'true',
      },
    ],
    ['(no event)', { ...reactive, expect: [{ event: [] }] }],
    [
      '3 × a anew at b until b or 5m without again each 1h',
      { ...reactive, threshold: 3, reset: ['b'], resolve: { on: ['b'], after: '5m' }, remind: '1h' },
    ],
    ['a, then a unless c', { type: 'sequence', triggers: [reactive, reactive], unless: ['c'] }],
    ['no beat within 30s', { posture: 'Proactive', expect: ['beat'], within: 30 }],
    ['no any event within 10s (once in a silence)', { posture: 'Proactive', repeat: false }],
    [
      'fewer than 3 × beat after start within 1m',
      { posture: 'Proactive', expect: ['beat'], after: ['start'], threshold: 3, within: 60 },
    ],
    ['any of a, b', { type: 'compound', require: 'any', triggers: [reactive, { ...reactive, expect: ['b'] }] }],
    [
      'all of a, (2 × a) within 1h',
      { type: 'compound', require: 'all', within: '1h', triggers: [reactive, { ...reactive, threshold: 2 }] },
    ],
    [
      '2 of a, a, a for each id',
      { type: 'compound', require: 2, for_each: ['id'], triggers: [reactive, reactive, reactive] },
    ],
    [
      'a, then (any of a)',
      { type: 'sequence', triggers: [reactive, { type: 'compound', require: 'any', triggers: [reactive] }] },
    ],
  ])('is %s', (words, document) => {
    expect(triggerInWords(parseTrigger(document, 'trigger'))).toBe(words);
  });
});

test('actions are named by their type, queue actions by their queue', () => {
  expect(actionsInWords([{ type: 'queue', queue: 'mail' }, { type: 'page' }])).toBe('queue mail, page');
  expect(actionsInWords([])).toBe('-');
});
