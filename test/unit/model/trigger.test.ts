import { describe, expect, test } from 'vitest';
import { parseAutomation } from '../../../src/model/automation.ts';
import { type CompositeTrigger, type EventTrigger, TRIGGERS_LIMIT } from '../../../src/model/trigger.ts';
import { refusal } from './entries.ts';

const reactive = { posture: 'Reactive' };
const proactive = { posture: 'Proactive' };
const minimal = { id: 'a', name: 'A', trigger: reactive };

const reason = (document: unknown): string => refusal(() => parseAutomation(document));

function eventTrigger(trigger: object): EventTrigger {
  return parseAutomation({ ...minimal, trigger }).trigger as EventTrigger;
}

function composite(trigger: object): CompositeTrigger {
  return parseAutomation({ ...minimal, trigger }).trigger as CompositeTrigger;
}

function nested(levels: number): object {
  let trigger: object = reactive;
  for (let i = 1; i < levels; i += 1) trigger = { triggers: [trigger] };
  return trigger;
}

test('lists become sets in code point order', () => {
  const trigger = eventTrigger({
    ...reactive,
    after: ['b', 'a', 'b'],
    expect: ['\u{10000}', '\uffff', '*'],
    for_each: ['z', 'y', 'z'],
    match: { z: ['q', 'p', 'q'], a: 'x', none: [] },
    match_related: [{ role: 'b' }, {}, { role: ['b'] }, { role: 'a' }],
  });
  expect(trigger.after).toEqual(['a', 'b']);
  expect(trigger.expect).toEqual(['*', '\uffff', '\u{10000}']);
  expect(trigger.forEach).toEqual(['y', 'z']);
  expect([...trigger.match]).toEqual([
    ['a', ['x']],
    ['none', []],
    ['z', ['p', 'q']],
  ]);
  expect(trigger.matchRelated.map((spec) => [...spec])).toEqual([[['role', ['a']]], [['role', ['b']]]]);
});

test('one map of related labels counts as a list of one', () => {
  expect(eventTrigger({ ...reactive, match_related: { role: 'a' } }).matchRelated).toEqual([
    new Map([['role', ['a']]]),
  ]);
  expect(eventTrigger({ ...reactive, match_related: {} }).matchRelated).toEqual([]);
});

test('a trigger without a posture is Reactive, whatever else it says', () => {
  expect(eventTrigger({}).posture).toBe('Reactive');
  const [first] = composite({ triggers: [{ expect: ['a'], after: ['b'], within: '5m' }] }).triggers;
  expect(first).toMatchObject({ type: 'event', posture: 'Reactive' });
});

test('a condition on a label named __proto__ is a condition', () => {
  const match = JSON.parse('{"__proto__":"x"}');
  expect([...eventTrigger({ ...reactive, match }).match]).toEqual([['__proto__', ['x']]]);
  expect(reason({ ...minimal, trigger: { ...reactive, match: JSON.parse('{"__proto__":5}') } })).toBe(
    'trigger.match.__proto__: must be a string or a list of strings',
  );
});

describe('the window is in whole milliseconds', () => {
  test.each([
    [{ ...reactive, within: 20.25 }, 20_250],
    [{ ...reactive, within: '1.5h' }, 5_400_000],
    [{ ...reactive, within: 0.0001 }, 1],
    [{ ...reactive, within: '365000d' }, 31_536_000_000_000],
    [proactive, 10_000],
    [{ ...proactive, within: 0 }, 10_000],
    [{ ...proactive, within: '0s' }, 10_000],
    [{ ...proactive, within: 1 }, 1_000],
    [{ ...proactive, within: '1.5s' }, 1_500],
    [{ ...proactive, within: '1 minute 30 seconds' }, 90_000],
    [{ ...proactive, within: '0:01:00' }, 60_000],
  ])('%j has %i', (trigger, withinMs) => {
    expect(eventTrigger(trigger).withinMs).toBe(withinMs);
  });
});

describe('a missing type is read from the shape', () => {
  test.each([
    [{}, 'event'],
    [reactive, 'event'],
    [{ triggers: [reactive] }, 'sequence'],
    [{ triggers: [reactive], require: 'any' }, 'compound'],
  ])('%j is %s', (trigger, type) => {
    expect(parseAutomation({ ...minimal, trigger }).trigger.type).toBe(type);
  });
});

describe('needed is how many children must fire', () => {
  const triggers = [reactive, reactive, reactive];
  test.each([
    [{ triggers }, 'all', 3],
    [{ triggers, require: 'all' }, 'all', 3],
    [{ triggers, require: 'any' }, 'any', 1],
    [{ triggers, require: 2 }, 2, 2],
    [{ triggers, require: 3 }, 3, 3],
  ])('%j', (trigger, require, needed) => {
    expect(composite(trigger)).toMatchObject({ require, needed });
  });
});

test('a composite has no limit unless it says so', () => {
  const triggers = [reactive];
  expect(composite({ triggers }).withinMs).toBeNull();
  expect(composite({ triggers, within: null }).withinMs).toBeNull();
  expect(composite({ triggers, within: 0 }).withinMs).toBe(0);
  expect(composite({ triggers, within: 'PT1M', for_each: ['b', 'a', 'a'] })).toMatchObject({
    withinMs: 60_000,
    forEach: ['a', 'b'],
  });
});

test('children may be composites, down to a limit', () => {
  expect(composite({ triggers: [{ triggers: [reactive, proactive] }] }).triggers[0]).toMatchObject({
    type: 'sequence',
    triggers: [{ posture: 'Reactive' }, { posture: 'Proactive' }],
  });
  expect(reason({ ...minimal, trigger: nested(32) })).toBe('accepted');
  expect(reason({ ...minimal, trigger: nested(33) })).toMatch(
    /^trigger(\.triggers\[0\]){1,40}: must not be nested deeper than 32 levels$/,
  );
  expect(reason({ ...minimal, trigger: nested(50_000) })).toMatch(/^automation: must /);
});

const one = { triggers: [reactive] };
const patterns = 'must be a string or a list of strings';
const strings = 'must be a list of strings';
const whole = 'must be a whole number, 0 or more';
const types = 'must be "event", "compound" or "sequence"';
const requires = 'must be "any", "all" or a whole number from 1 to 1';
const onlyProactive = 'applies only to Proactive triggers without "after"';
const tooShort = 'must be at least 1 second for a Proactive trigger';

describe('a trigger is refused with the place and the reason', () => {
  test.each<[object, string]>([
    [{ ...reactive, type: 'Event' }, `type: ${types}`],
    [{ ...reactive, type: null }, `type: ${types}`],
    [{ ...one, type: 5 }, `type: ${types}`],
    [{ type: 'metric', metric: { name: 'successes' } }, 'type: metric triggers are not supported'],
    [{ triggers: [reactive, { type: 'metric' }] }, 'triggers[1].type: metric triggers are not supported'],
    [{ posture: 'reactive' }, 'posture: must be "Reactive" or "Proactive"'],
    [{ posture: null }, 'posture: must be "Reactive" or "Proactive"'],
    [{ ...reactive, require: 'any' }, 'require: unknown key'],
    [{ ...reactive, __proto: 1 }, '__proto: unknown key'],
    [JSON.parse('{"posture":"Reactive","__proto__":{}}'), '__proto__: unknown key'],
    [{ ...one, type: 'sequence', require: 'all' }, 'require: unknown key'],
    [{ ...one, posture: 'Reactive' }, 'posture: unknown key'],
    [{ ...one, type: 'event', posture: 'Reactive' }, 'triggers: unknown key'],
    [{ ...reactive, match: null }, 'match: must be an object'],
    [{ ...reactive, match: [] }, 'match: must be an object'],
    [{ ...reactive, match: { a: 'x', 'b.c': 5 } }, `match.b.c: ${patterns}`],
    [{ ...reactive, match: { a: ['x', 5] } }, `match.a: ${patterns}`],
    [{ ...reactive, match: { a: null } }, `match.a: ${patterns}`],
    [{ ...reactive, match_related: null }, 'match_related: must be an object'],
    [{ ...reactive, match_related: 'x' }, 'match_related: must be an object'],
    [{ ...reactive, match_related: { a: {} } }, `match_related.a: ${patterns}`],
    [{ ...reactive, match_related: [{ a: 'x' }, { a: true }] }, `match_related[1].a: ${patterns}`],
    [{ ...reactive, match_related: [{ a: 'x' }, 'x'] }, 'match_related[1]: must be an object'],
    [{ ...reactive, threshold: -1 }, `threshold: ${whole}`],
    [{ ...reactive, threshold: 1.5 }, `threshold: ${whole}`],
    [{ ...reactive, threshold: '3' }, `threshold: ${whole}`],
    [{ ...reactive, threshold: true }, `threshold: ${whole}`],
    [{ ...reactive, threshold: null }, `threshold: ${whole}`],
    [{ ...reactive, threshold: Number.NaN }, `threshold: ${whole}`],
    [{ ...reactive, within: null }, 'within: must be a duration'],
    [{ ...reactive, within: true }, 'within: must be a duration'],
    [{ ...reactive, within: 'P1M' }, 'within: must be a duration'],
    [{ ...reactive, within: [5] }, 'within: must be a duration'],
    [{ ...reactive, within: Number.POSITIVE_INFINITY }, 'within: must be a duration'],
    [{ ...reactive, within: -0.0001 }, 'within: must not be negative'],
    [{ ...proactive, within: '-PT1M' }, 'within: must not be negative'],
    [{ ...reactive, within: 1e300 }, 'within: must not be longer than 365000 days'],
    [{ ...proactive, within: 0.9999999 }, `within: ${tooShort}`],
    [{ ...proactive, within: '0:00:00.99999999' }, `within: ${tooShort}`],
    [{ ...proactive, within: 0.0001 }, `within: ${tooShort}`],
    [{ ...reactive, after: 'x' }, `after: ${strings}`],
    [{ ...reactive, expect: null }, `expect: ${strings}`],
    [{ ...reactive, for_each: {} }, `for_each: ${strings}`],
    [{ ...reactive, repeat: 1 }, 'repeat: must be true or false'],
    [{ ...reactive, repeat: false }, `repeat: ${onlyProactive}`],
    [{ ...proactive, after: ['a'], repeat: false }, `repeat: ${onlyProactive}`],
    [{ type: 'sequence' }, 'triggers: must be a list of triggers'],
    [{ triggers: null }, 'triggers: must be a list of triggers'],
    [{ triggers: {} }, 'triggers: must be a list of triggers'],
    [{ triggers: [] }, 'triggers: needs at least one trigger'],
    [{ triggers: [], require: 'any' }, 'triggers: needs at least one trigger'],
    [{ triggers: [reactive, null] }, 'triggers[1]: must be an object'],
    [{ triggers: [reactive, { witin: 1 }] }, 'triggers[1].witin: unknown key'],
    [{ triggers: [{ triggers: [{ ...proactive, within: 0.5 }] }] }, `triggers[0].triggers[0].within: ${tooShort}`],
    [{ ...one, within: 'soon' }, 'within: must be a duration'],
    [{ ...one, within: false }, 'within: must be a duration'],
    [{ ...one, within: Number.NaN }, 'within: must be a duration'],
    [{ ...one, within: '-1s' }, 'within: must not be negative'],
    [{ ...one, for_each: 'a' }, `for_each: ${strings}`],
    [{ ...one, threshold: 1 }, 'threshold: unknown key'],
    [{ ...one, type: 'compound' }, 'require: is required'],
    [{ ...one, require: 0 }, `require: ${requires}`],
    [{ ...one, require: 2 }, `require: ${requires}`],
    [{ ...one, require: 0.5 }, `require: ${requires}`],
    [{ ...one, require: '1' }, `require: ${requires}`],
    [{ ...one, require: null }, `require: ${requires}`],
    [{ ...one, require: 'most' }, `require: ${requires}`],
    [{ ...one, require: true }, `require: ${requires}`],
  ])('%j: %s', (trigger, expected) => {
    const separator = expected.startsWith('[') ? '' : '.';
    expect(reason({ ...minimal, trigger })).toBe(`trigger${separator}${expected}`);
  });
});

test('a trigger is Reactive unless it says otherwise', () => {
  expect(eventTrigger({ expect: ['a'] })).toEqual(eventTrigger({ ...reactive, expect: ['a'] }));
  expect(reason({ ...minimal, trigger: { repeat: false } })).toBe(`trigger.repeat: ${onlyProactive}`);
});

test('an unknown key without a value is let pass, at every level', () => {
  const trigger = { triggers: [{ ...reactive, note: null }], require: 'all', note: null, threshold: null };
  expect(composite(trigger)).toEqual(composite({ triggers: [reactive], require: 'all' }));
  expect(eventTrigger({ ...reactive, require: null })).toEqual(eventTrigger(reactive));
  expect(eventTrigger(JSON.parse('{"__proto__":null}'))).toEqual(eventTrigger(reactive));
});

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => `t${i}`);
const times = (count: number, one: object): object[] => Array.from({ length: count }, () => one);
const entries = 'must have at most 1000 entries';
const characters = 'must have at most 1024 characters in a pattern';

describe('what a trigger may be made of is limited, far beyond what people write', () => {
  test.each<[object, string]>([
    [{ expect: texts(1_001) }, `.expect: ${entries}`],
    [{ after: texts(1_001) }, `.after: ${entries}`],
    [{ match: { a: texts(1_001) } }, `.match.a: ${entries}`],
    [{ match_related: times(1_001, { role: 'a' }) }, `.match_related: ${entries}`],
    [{ for_each: texts(33) }, '.for_each: must have at most 32 names'],
    [{ triggers: [reactive], for_each: texts(33) }, '.for_each: must have at most 32 names'],
    [{ expect: ['a', 'x'.repeat(1_025)] }, `.expect: ${characters}`],
    [{ match: { a: 'x'.repeat(1_025) } }, `.match.a: ${characters}`],
    [{ match_related: [{ role: ['x'.repeat(1_025)] }] }, `.match_related[0].role: ${characters}`],
    [{ triggers: times(TRIGGERS_LIMIT, reactive) }, '.triggers: must have at most 1000 triggers'],
    [{ triggers: times(2, { triggers: times(499, reactive) }) }, '.triggers: must have at most 1000 triggers'],
  ])('case %#', (trigger, expected) => {
    expect(reason({ ...minimal, trigger })).toBe(`trigger${expected}`);
  });

  test('the limits themselves are met', () => {
    const trigger = {
      expect: texts(1_000),
      match: { a: '😀'.repeat(1_024) },
      match_related: times(1_000, { role: 'a' }),
      for_each: texts(32),
    };
    expect(reason({ ...minimal, trigger })).toBe('accepted');
    expect(reason({ ...minimal, trigger: { triggers: times(TRIGGERS_LIMIT - 1, reactive) } })).toBe('accepted');
  });
});

test.each([['1'], [5], [null]])('the trigger id %j has no effect', (id) => {
  expect(eventTrigger({ ...reactive, id })).toEqual(eventTrigger(reactive));
  expect(composite({ triggers: [reactive], id })).toEqual(composite({ triggers: [reactive] }));
});
