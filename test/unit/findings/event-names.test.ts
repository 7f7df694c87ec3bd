import { describe, expect, test } from 'vitest';
import { findingsIn } from '../../../src/findings/automation-findings.ts';
import { sampleOf } from '../../../src/findings/log-sample.ts';
import { parseAutomation } from '../../../src/model/automation.ts';

const EVENT = { resource: { id: 'r' }, related: [], payload: {} };

/** What is found where `count` events of these names came. */
function found(expected: readonly string[], names: readonly string[], count = 1_000) {
  const sample = sampleOf(
    Array.from({ length: count }, (_, i) => ({ ...EVENT, event: names[i % names.length] ?? '' })),
  );
  const automation = parseAutomation({ id: 'A', name: 'a', trigger: { posture: 'Reactive', expect: [...expected] } });
  return findingsIn(automation, { sample, unattended: () => null });
}

describe('a name that no event has', () => {
  test('gets a hint where events came with nearly the same name', () => {
    expect(found(['order.paid', 'order.faild'], ['order.paid', 'order.failed'])).toEqual([
      {
        grade: 'hint',
        place: 'trigger.expect[1]',
        reason: 'none of the newest 1,000 events is called "order.faild", and some are called "order.failed"',
        advice: 'write "order.failed", if that is meant',
      },
    ]);
  });

  test.each([
    ['a name that others are like and events have', ['order.faild'], ['order.failed', 'order.faild'], 1_000],
    ['a name that no other is like', ['order.placed'], ['order.failed'], 1_000],
    ['a pattern', ['order.faild*', 'order.fail?', '[o]rder.faild', '!order.faild'], ['order.failed'], 1_000],
    ['a short name', ['paid'], ['said'], 1_000],
    ['any, where few events came', ['order.faild'], ['order.failed'], 999],
    ['a name of the events of the engine', ['automation.resolved'], ['automation.resolve'], 1_000],
  ])('is left alone: %s', (_, expected, names, count) => expect(found(expected, names, count)).toEqual([]));
});
