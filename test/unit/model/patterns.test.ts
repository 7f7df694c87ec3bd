import { describe, expect, test } from 'vitest';
import { parseAutomation } from '../../../src/model/automation.ts';
import { differingKeys } from '../../../src/model/meaning.ts';
import type { CompositeTrigger, EventTrigger } from '../../../src/model/trigger.ts';
import { refusal } from './entries.ts';

const minimal = { id: 'a', name: 'A' };
const proactive = { posture: 'Proactive', after: ['a'] };

const automation = (trigger: object) => parseAutomation({ ...minimal, trigger });
const eventTrigger = (trigger: object): EventTrigger => automation(trigger).trigger as EventTrigger;
const composite = (trigger: object): CompositeTrigger => automation(trigger).trigger as CompositeTrigger;
const reason = (trigger: unknown): string => refusal(() => parseAutomation({ ...minimal, trigger }));

describe('a pattern is a text or an object', () => {
  test('an object that only names one event is that text, and one that names nothing is any', () => {
    const expected = [{ event: 'b' }, 'a', { event: ['a'] }, {}, { match: {}, match_related: [{}] }];
    expect(eventTrigger({ expect: expected }).expect).toEqual(['*', 'a', 'b']);
  });

  test('texts stand first, objects are a set as well', () => {
    const first = { event: ['y', 'x', 'y'], match: { kind: ['b', 'a'] } };
    const second = { where: 'payload.n > 1', event: 'x' };
    const trigger = eventTrigger({ expect: [second, 'z', first, { ...first, event: ['x', 'y'] }] });
    expect(trigger.expect).toEqual([
      'z',
      { events: ['x', 'y'], match: new Map([['kind', ['a', 'b']]]), matchRelated: [], where: null },
      { events: ['x'], match: new Map(), matchRelated: [], where: 'payload.n > 1' },
    ]);
    expect(eventTrigger({ expect: [first, 'z', second] }).expect).toEqual(trigger.expect);
  });

  test('no names are none, not any', () => {
    const none = { events: [], match: new Map(), matchRelated: [], where: null };
    expect(eventTrigger({ expect: [{ event: [] }] }).expect).toEqual([none]);
  });

  test('they stand in every list', () => {
    const one = { event: 'a', where: 'true' };
    const read = { events: ['a'], match: new Map(), matchRelated: [], where: 'true' };
    expect(eventTrigger({ after: [one], reset: [one], resolve: { on: [one] } })).toMatchObject({
      after: [read],
      reset: [read],
      resolve: { on: [read], afterMs: null },
    });
    expect(composite({ triggers: [{}], unless: ['b', one] }).unless).toEqual(['b', read]);
  });

  test.each<[unknown, string]>([
    [['x', 7], '[1]: must be a string or an object'],
    [[null], '[0]: must be a string or an object'],
    [[['x']], '[0]: must be a string or an object'],
    [['x', { evnt: 'y' }], '[1].evnt: unknown key'],
    [[JSON.parse('{"__proto__":"x"}')], '[0].__proto__: unknown key'],
    [[{ event: 5 }], '[0].event: must be a string or a list of strings'],
    [[{ event: null }], '[0].event: must be a string or a list of strings'],
    [[{ event: ['a', null] }], '[0].event: must be a string or a list of strings'],
    [[{ match: 'x' }], '[0].match: must be an object'],
    [[{ match: { a: 1 } }], '[0].match.a: must be a string or a list of strings'],
    [[{ match_related: ['x'] }], '[0].match_related[0]: must be an object'],
    [[{ where: null }], '[0].where: must be a text at 1:1'],
    ['x', ': must be a list of strings'],
    [{ event: 'x' }, ': must be a list of strings'],
    [[{ event: 'x'.repeat(1_025) }], '[0].event: must have at most 1024 characters in a pattern'],
    [Array.from({ length: 1_001 }, () => ({})), ': must have at most 1000 entries'],
  ])('%j%s', (list, expected) => {
    for (const key of ['after', 'expect', 'reset']) expect(reason({ [key]: list })).toBe(`trigger.${key}${expected}`);
    expect(reason({ resolve: { on: list } })).toBe(`trigger.resolve.on${expected}`);
    expect(reason({ triggers: [{}], unless: list })).toBe(`trigger.unless${expected}`);
  });
});

describe('a trigger holds of the new keys only what it uses', () => {
  test('none of them, also where a default is written out', () => {
    const written = { window: 'tumbling', cooldown: 0, reset: [], collect: 0, repeat: true };
    expect(eventTrigger({ within: 10, ...written })).toEqual(eventTrigger({ within: 10 }));
    expect(Object.keys(eventTrigger(written)).sort()).toEqual(
      [
        'after',
        'expect',
        'forEach',
        'match',
        'matchRelated',
        'posture',
        'repeat',
        'threshold',
        'type',
        'withinMs',
      ].sort(),
    );
    expect(composite({ triggers: [{}], unless: [] })).toEqual(composite({ triggers: [{}] }));
  });

  test.each<[object, object]>([
    [{ where: 'payload.a > 1' }, { where: 'payload.a > 1' }],
    [
      { distinct: 'payload.ip', threshold: 10_000 },
      { distinct: 'payload.ip', threshold: 10_000 },
    ],
    [
      { sum: 'payload.a', threshold: 0.5 },
      { sum: 'payload.a', threshold: 0.5 },
    ],
    [
      { window: 'sliding', within: 10, threshold: 1_000 },
      { sliding: true, cooldownMs: 10_000 },
    ],
    [
      { window: 'sliding', within: 10, cooldown: '1m' },
      { sliding: true, cooldownMs: 60_000 },
    ],
    [{ cooldown: '1h' }, { cooldownMs: 3_600_000 }],
    [{ reset: ['b', 'a'] }, { reset: ['a', 'b'] }],
    [{ resolve: { on: ['b'] } }, { resolve: { on: ['b'], afterMs: null } }],
    [{ resolve: { after: '5m' } }, { resolve: { on: [], afterMs: 300_000 } }],
    [
      { ...proactive, remind: 1, remind_limit: 2 },
      { remindMs: 1_000, remindLimit: 2 },
    ],
    [{ resolve: { on: ['b'] }, remind: '1h' }, { remindMs: 3_600_000 }],
    [{ collect: 100 }, { collect: 100 }],
  ])('%j', (trigger, expected) => {
    expect(eventTrigger(trigger)).toMatchObject(expected);
  });

  test('a sliding window is quiet for its length after a firing, unless something else ends that', () => {
    const sliding = { window: 'sliding', within: 10 };
    expect(eventTrigger({ ...sliding, cooldown: 0 })).not.toHaveProperty('cooldownMs');
    expect(eventTrigger({ ...sliding, resolve: { on: ['b'] } })).not.toHaveProperty('cooldownMs');
    expect(eventTrigger({ ...sliding, cooldown: 5, resolve: { on: ['b'] } })).toMatchObject({ cooldownMs: 5_000 });
  });
});

test('a key of a standing window alerts once in a silence, a window without keys again and again', () => {
  const standing = { posture: 'Proactive' };
  expect(eventTrigger(standing).repeat).toBe(true);
  expect(eventTrigger({ ...standing, for_each: ['id'] }).repeat).toBe(false);
  expect(eventTrigger({ ...standing, for_each: ['id'], repeat: true }).repeat).toBe(true);
  expect(eventTrigger({ ...standing, repeat: false }).repeat).toBe(false);
  expect(eventTrigger({ for_each: ['id'] }).repeat, 'where it says nothing').toBe(true);
  expect(eventTrigger({ ...proactive, for_each: ['id'] }).repeat, 'where it says nothing').toBe(true);
});

const sliding = 'sliding windows need a Reactive trigger with "within" and without "after" or "sum"';
const onlyRoot = 'applies only to the root of an automation';
const onlyReactive = 'applies only to Reactive triggers';
const collect = 'must be a whole number from 0 to 100';
const limit = 'must be a whole number, 1 or more';
const needsAlert = 'needs "resolve", or a Proactive trigger with "after"';

describe('a trigger with the new keys is refused with the place and the reason', () => {
  test.each<[object, string]>([
    [{ where: true }, 'where: must be a text at 1:1'],
    [{ where: 'x'.repeat(2_001) }, 'where: must have at most 2000 characters at 1:1'],
    [{ distinct: 5 }, 'distinct: must be a text at 1:1'],
    [{ sum: null }, 'sum: must be a text at 1:1'],
    [{ sum: 'payload.a', distinct: 'payload.b' }, 'sum: cannot be combined with "distinct"'],
    [{ window: 'hopping' }, 'window: must be "tumbling" or "sliding"'],
    [{ window: null }, 'window: must be "tumbling" or "sliding"'],
    [{ window: 'sliding' }, `window: ${sliding}`],
    [{ window: 'sliding', within: '0s' }, `window: ${sliding}`],
    [{ window: 'sliding', within: 10, after: ['a'] }, `window: ${sliding}`],
    [{ window: 'sliding', within: 10, sum: 'payload.a' }, `window: ${sliding}`],
    [{ window: 'sliding', within: 10, posture: 'Proactive' }, `window: ${sliding}`],
    [{ cooldown: 5, posture: 'Proactive' }, `cooldown: ${onlyReactive}`],
    [{ cooldown: null }, 'cooldown: must be a duration'],
    [{ cooldown: -1 }, 'cooldown: must not be negative'],
    [{ resolve: { on: ['a'] }, posture: 'Proactive' }, `resolve: ${onlyReactive}`],
    [{ resolve: null }, 'resolve: must be an object'],
    [{ resolve: ['a'] }, 'resolve: must be an object'],
    [{ resolve: {} }, 'resolve: needs "on" or "after"'],
    [{ resolve: { on: [] } }, 'resolve: needs "on" or "after"'],
    [{ resolve: { on: 'a' } }, 'resolve.on: must be a list of strings'],
    [{ resolve: { on: ['a'], afer: 1 } }, 'resolve.afer: unknown key'],
    [{ resolve: { on: [], afer: 1 } }, 'resolve.afer: unknown key'],
    [{ resolve: { after: 0 } }, 'resolve.after: must be above 0'],
    [{ resolve: { after: -1 } }, 'resolve.after: must not be negative'],
    [{ resolve: { after: null } }, 'resolve.after: must be a duration'],
    [{ remind: 5 }, `remind: ${needsAlert}`],
    [{ remind: 5, posture: 'Proactive' }, `remind: ${needsAlert}`],
    [{ ...proactive, remind: 0.9999 }, 'remind: must be at least 1 second'],
    [{ ...proactive, remind: 0 }, 'remind: must be at least 1 second'],
    [{ ...proactive, remind: -1 }, 'remind: must not be negative'],
    [{ ...proactive, remind: true }, 'remind: must be a duration'],
    [{ ...proactive, remind_limit: 1 }, 'remind_limit: needs "remind"'],
    [{ ...proactive, remind: 5, remind_limit: 0 }, `remind_limit: ${limit}`],
    [{ ...proactive, remind: 5, remind_limit: 1.5 }, `remind_limit: ${limit}`],
    [{ ...proactive, remind: 5, remind_limit: null }, `remind_limit: ${limit}`],
    [{ collect: 101 }, `collect: ${collect}`],
    [{ collect: -1 }, `collect: ${collect}`],
    [{ collect: 1.5 }, `collect: ${collect}`],
    [{ collect: null }, `collect: ${collect}`],
    [{ sum: 'payload.a', threshold: 0 }, 'threshold: must be a number above 0'],
    [{ sum: 'payload.a', threshold: '5' }, 'threshold: must be a number above 0'],
    [{ distinct: 'payload.a', threshold: 10_001 }, 'threshold: must be at most 10000'],
    [{ distinct: 'payload.a', threshold: 0.5 }, 'threshold: must be a whole number, 0 or more'],
    [{ window: 'sliding', within: 10, threshold: 1_001 }, 'threshold: must be at most 1000'],
    [{ window: 'sliding', within: 10, distinct: 'payload.a', threshold: 1_001 }, 'threshold: must be at most 1000'],
    [{ unless: ['a'] }, 'unless: unknown key'],
    [{ triggers: [{ resolve: { on: ['a'] } }] }, `triggers[0].resolve: ${onlyRoot}`],
    [{ triggers: [{ ...proactive, remind: 5 }] }, `triggers[0].remind: ${onlyRoot}`],
    [{ triggers: [{ collect: 0 }] }, `triggers[0].collect: ${onlyRoot}`],
    [{ triggers: [{}], where: 'true' }, 'where: unknown key'],
    [{ triggers: [{}], cooldown: 5 }, 'cooldown: unknown key'],
  ])('%j: %s', (trigger, expected) => {
    expect(reason(trigger)).toBe(`trigger.${expected}`);
  });
});

test('documents of the same meaning differ in nothing', () => {
  const one = {
    expect: ['a', { event: 'b', where: 'true' }],
    window: 'sliding',
    within: '10m',
    reset: ['x', { event: 'y' }],
  };
  const other = {
    expect: [{ where: 'true', event: ['b'] }, 'a'],
    window: 'sliding',
    within: 600,
    reset: ['y', 'x'],
    cooldown: 600,
  };
  expect(differingKeys(automation(one), automation(other))).toEqual([]);
  expect(differingKeys(automation(one), automation({ ...other, cooldown: 0 }))).toEqual(['trigger']);
});
