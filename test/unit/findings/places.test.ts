import { describe, expect, test } from 'vitest';
import { findingsIn } from '../../../src/findings/automation-findings.ts';
import { type LogSample, sampleOf } from '../../../src/findings/log-sample.ts';
import { parseAutomation } from '../../../src/model/automation.ts';

/** Place and advice of each finding. */
function found(trigger: object, sample: LogSample | null = null): string[] {
  const automation = parseAutomation({ id: 'A', name: 'a', trigger });
  const findings = findingsIn(automation, { sample, unattended: () => null });
  return findings.map(({ grade, place, advice }) => `${grade} ${place}: ${advice}`);
}

const two = [{ expect: ['a'] }, { expect: ['b'] }];

describe('patterns are looked at wherever they stand', () => {
  test.each<[object, string]>([
    [{ reset: ['.*'] }, 'trigger.reset[0]: write "*"'],
    [{ resolve: { on: ['a', { event: ['b', '.*'] }] } }, 'trigger.resolve.on[1].event[1]: write "*"'],
    [{ after: [{ event: '.*' }] }, 'trigger.after[0].event: write "*"'],
    [{ expect: [{ match: { id: '^b.*$' } }] }, 'trigger.expect[0].match.id: write "b*"'],
    [{ expect: [{ match_related: [{ id: '^b.*$' }] }] }, 'trigger.expect[0].match_related[0].id: write "b*"'],
    [{ triggers: two, unless: ['.*'] }, 'trigger.unless[0]: write "*"'],
  ])('%j', (trigger, finding) => {
    expect(found(trigger)).toEqual([`warning ${finding}`]);
  });

  test('what is as it should be is no finding', () => {
    const one = { event: ['a', 'b.*'], match: { id: 'c.*' }, where: 'payload.x > 1.0' };
    expect(found({ expect: [one, 'c'], reset: [one], resolve: { on: [one] } })).toEqual([]);
  });
});

describe('unless', () => {
  test('has no effect where one trigger is enough', () => {
    expect(found({ triggers: two, require: 'any', unless: ['x'] })).toEqual([
      'warning trigger.unless: write "require": "all", or leave it out',
    ]);
    expect(found({ triggers: two.slice(1), unless: ['x'] })).toEqual([
      'warning trigger.unless: leave it out, or add a second trigger',
    ]);
  });

  test('is fine where several are needed', () => {
    expect(found({ triggers: two, unless: ['x'] })).toEqual([]);
  });
});

const EVENT = {
  event: 'x',
  resource: { id: 'r', tier: 'gold' },
  related: [],
  payload: { user: { ip: '::1', tags: ['a'] }, gone: null },
};
const sampleWith = (payload: Record<string, unknown> = EVENT.payload): LogSample =>
  sampleOf(Array.from({ length: 1_000 }, () => ({ ...EVENT, payload })));

describe('a hint tells of the payload and of patterns, too,', () => {
  test.each<[object, string]>([
    [{ reset: [{ match: { teir: 'a' } }] }, 'trigger.reset[0].match.teir: write "tier"'],
    [{ for_each: ['payload.user.pi'] }, 'trigger.for_each[0]: write "payload.user.ip"'],
    [{ for_each: ['payload.gone'] }, 'trigger.for_each[0]: see that the events carry it'],
  ])('%j', (trigger, finding) => {
    expect(found(trigger, sampleWith())).toEqual([`hint ${finding}`]);
  });

  test('but not of what events carried, nor of payloads that are too large to know', () => {
    expect(found({ for_each: ['payload.user.ip', 'payload.user.tags.0'] }, sampleWith())).toEqual([]);
    const large = Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, i]));
    expect(found({ for_each: ['payload.other'] }, sampleWith(large))).toEqual([]);
  });
});
