import { describe, expect, test } from 'vitest';
import { readAutomation } from './documents.ts';
import { readDuration, readTimestamp, roundDuration } from './duration.ts';
import { readEvent } from './event.ts';

const composite = (fields: object) => ({
  id: 'i',
  name: 'n',
  trigger: { type: 'compound', require: 'all', ...fields },
});
const event = (fields: object) => ({ id: 'i', name: 'n', trigger: { posture: 'Reactive', ...fields } });
const proactive = (fields: object) => event({ posture: 'Proactive', ...fields });
const child = { posture: 'Reactive' };

// Rules 5.5, row by row.
describe('an automation in error names the place and the reason', () => {
  test.each<[error: string, document: unknown]>([
    ['automation: must be an object', []],
    ['trigger: must be an object', { id: 'i', name: 'n', trigger: null }],
    ['trigger.match: must be an object', event({ match: null })],
    ['trigger.match_related[1]: must be an object', event({ match_related: [{}, 'x'] })],
    ['owner: unknown key', { ...event({}), owner: 1 }],
    ['trigger.require: unknown key', event({ require: 'all' })],
    ['trigger.require: unknown key', composite({ type: 'sequence', triggers: [child] })],
    ['trigger.triggers[0].triggers: unknown key', composite({ triggers: [{ ...child, type: 'event', triggers: [] }] })],
    ['id: is required', { ...event({}), id: '' }],
    ['name: is required', { ...event({}), name: 7 }],
    ['trigger: is required', { id: 'i', name: 'n' }],
    ['trigger.require: is required', { id: 'i', name: 'n', trigger: { type: 'compound', triggers: [child] } }],
    ['trigger.triggers[0].posture: is required', composite({ triggers: [{}] })],
    ['enabled: must be true or false', { ...event({}), enabled: null }],
    ['allow_self_trigger: must be true or false', { ...event({}), allow_self_trigger: 'true' }],
    ['trigger.repeat: must be true or false', proactive({ repeat: 0 })],
    ['trigger.type: must be "event", "compound" or "sequence"', event({ type: 'Event' })],
    ['trigger.posture: must be "Reactive" or "Proactive"', event({ posture: 'reactive' })],
    ['trigger.threshold: must be a whole number, 0 or more', event({ threshold: true })],
    ['trigger.threshold: must be a whole number, 0 or more', event({ threshold: '3' })],
    ['trigger.within: must be a duration', event({ within: true })],
    ['trigger.within: must be a duration', composite({ within: '1 hour', triggers: [child] })],
    ['trigger.within: must not be negative', event({ within: '-5s' })],
    ['trigger.within: must be at least 10 seconds for a Proactive trigger', proactive({ within: 9.9999 })],
    ['trigger.within: must be at least 10 seconds for a Proactive trigger', proactive({ within: 'PT0.0001S' })],
    ['trigger.match_related.a: must be a string or a list of strings', event({ match_related: { a: [1] } })],
    ['trigger.after: must be a list of strings', event({ after: 'a' })],
    ['trigger.for_each: must be a list of strings', composite({ for_each: [null], triggers: [child] })],
    ['trigger.repeat: applies only to Proactive triggers without "after"', proactive({ after: ['a'], repeat: false })],
    ['trigger.triggers: must be a list of triggers', composite({ triggers: {} })],
    ['trigger.triggers: needs at least one trigger', composite({ triggers: [] })],
    [
      'trigger.require: must be "any", "all" or a whole number from 1 to 1',
      composite({ require: '1', triggers: [child] }),
    ],
  ])('%s', (error, document) => {
    expect(() => readAutomation(document)).toThrow(error);
  });
});

describe('an automation is read as it is meant', () => {
  test.each<[what: string, one: object, other: object]>([
    ['lists are sets', event({ expect: ['b', 'a', 'b'] }), event({ expect: ['a', 'b'] })],
    ['a single pattern is a list of one', event({ match: { a: 'x' } }), event({ match: { a: ['x'] } })],
    ['an always-met related spec is none', event({ match_related: [{}] }), event({})],
    ['a Proactive window of 0 is 10 s', proactive({ within: 0 }), proactive({ within: 'PT10S' })],
    ['null is no limit', composite({ within: null, triggers: [child] }), composite({ triggers: [child] })],
    ['the type is read from the shape', event({}), event({ type: 'event' })],
  ])('%s', (_what, one, other) => {
    expect(readAutomation(one)).toEqual(readAutomation(other));
  });
});

test.each<[value: unknown, ms: number | null]>([
  [1.5, 1500],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['2d', 172_800_000],
  ['PT1M30S', 90_000],
  ['P1D', 86_400_000],
  ['P1W', 604_800_000],
  ['1:02:03.5', 3_723_500],
  ['-PT5S', -5000],
  ['P1M', null],
  ['P', null],
  ['PT', null],
  ['P1DT', null],
  ['5', null],
  ['1:60:00', null],
  ['', null],
  [null, null],
  [false, null],
])('the duration %j is %j ms', (value, ms) => {
  expect(readDuration(value)).toBe(ms);
});

test('a positive duration never becomes 0', () => {
  expect([0, 0.0001, 0.4, 1.5].map(roundDuration)).toEqual([0, 1, 1, 2]);
});

const NOON = Date.parse('2026-03-02T12:00:00.000Z');

test.each<[value: unknown, ms: number | null]>([
  ['2026-03-02T12:00:00Z', NOON],
  ['2026-03-02T12:00:00', NOON],
  ['2026-03-02 13:00:00+01:00', NOON],
  ['2026-03-02T12:00:00.9999999Z', NOON + 999],
  ['2026-02-30T12:00:00Z', null],
  ['2026-03-02T25:00:00Z', null],
  ['noon', null],
  [NOON, null],
])('the timestamp %j is %j ms', (value, ms) => {
  expect(readTimestamp(value)).toBe(ms);
});

describe('an event in error is refused with the place', () => {
  const resource = { id: 'r' };
  test.each<[path: string, document: unknown]>([
    ['event', 'x'],
    ['event', { resource }],
    ['event', { event: 'x'.repeat(1025), resource }],
    ['event', { event: 'x', resource, payload: { text: 'x'.repeat(1_500_000) } }],
    ['id', { event: 'x', resource, id: 'x'.repeat(129) }],
    ['follows', { event: 'x', resource, follows: 5 }],
    ['resource', { event: 'x' }],
    ['resource', { event: 'x', resource: { id: '', 'prefect.resource.id': 'r' } }],
    ['resource.a', { event: 'x', resource: { ...resource, a: 1 } }],
    ['related[1]', { event: 'x', resource, related: [{ id: 'r', role: 'a' }, { id: 'r' }] }],
    ['occurred', { event: 'x', resource, occurred: 'yesterday' }],
    ['payload', { event: 'x', resource, payload: [] }],
    ['cause_chain', { event: 'x', resource, cause_chain: 'a' }],
  ])('%s', (path, document) => {
    expect(() => readEvent(document, NOON, `${NOON}-0`)).toThrow(`${path}: `);
  });

  test('what is missing is filled in', () => {
    const filled = readEvent(
      { event: '', resource, id: null, occurred: null, received: 1, other: 1 },
      NOON,
      `${NOON}-3`,
    );
    expect(filled).toMatchObject({ id: `entry-${NOON}-3`, occurred: NOON, received: NOON, t: NOON, follows: null });
  });
});
