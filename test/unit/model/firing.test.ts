import { describe, expect, test } from 'vitest';
import { eventDocument, parseEvent } from '../../../src/model/event.ts';
import { type Firing, ofTheLog, parseFiring, stateChangeEvent } from '../../../src/model/firing.ts';

const received = Date.UTC(2026, 2, 2, 9);
const event = eventDocument(
  parseEvent(
    { id: 'e', event: 'x', resource: { id: 'r' }, cause_chain: ['z'], payload: { n: 1 } },
    { entryId: '1-1', received },
  ),
);
const child = {
  id: 'c',
  path: '0',
  state: 'Triggered',
  triggered: 5,
  labels: { id: 'r' },
  event,
  children: [],
} as const;
const firing: Firing = {
  id: 'f',
  automation: 'a',
  revision: 3,
  path: '',
  name: 'A',
  posture: 'Proactive',
  state: 'Triggered',
  triggered: received - 5,
  decided: received,
  labels: { region: 'eu' },
  event,
  children: [{ ...child, children: [{ ...child, path: '0.1', event: null, children: [] }] }],
};

const childWith = (member: string): string => JSON.stringify([child]).replace('"path"', `${member},"path"`);

function fieldsOf(one: Firing, changes: Record<string, string | undefined> = {}): string[] {
  const texts: Record<string, string | undefined> = {
    firing: one.id,
    automation: one.automation,
    revision: String(one.revision),
    path: one.path,
    name: one.name,
    posture: one.posture,
    state: one.state,
    triggered: String(one.triggered),
    decided: String(one.decided),
    labels: JSON.stringify(one.labels),
    event: one.event === null ? '' : JSON.stringify(one.event),
    children: JSON.stringify(one.children),
    ...changes,
  };
  return Object.entries(texts).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
}

test('a firing is read from its fields', () => {
  expect(parseFiring(fieldsOf(firing))).toEqual(firing);
  expect(parseFiring(fieldsOf({ ...firing, event: null }, { children: undefined }))).toEqual({
    ...firing,
    event: null,
    children: [],
  });
});

const story = { kind: 'absence', start: 1, end: 2, opener: 'e', count: 0, threshold: 1 } as const;

test('it is read with what it was made of, and so are its children', () => {
  const making = { story, revision: 2, decided: 7, worker: 'w' };
  const told: Firing = { ...firing, story, worker: 'w', children: [{ ...child, children: [], ...making }] };
  expect(parseFiring(fieldsOf(told, { story: JSON.stringify(story), worker: 'w' }))).toEqual(told);
  expect(parseFiring(fieldsOf(firing, { story: '', worker: '' }))).toEqual(firing);
});

test('a sum that a double would write otherwise is read as a number, in a child as well', () => {
  const long = '{"kind":"count","of":"sum","count":0.30000000000000004,"threshold":0.10000000000000001}';
  const children = JSON.stringify([child]).replace('"path"', `"story":${long},"path"`);
  const { story: own, children: parsed } = parseFiring(fieldsOf(firing, { story: long, children }));
  expect(own).toEqual({ kind: 'count', of: 'sum', count: 0.1 + 0.2, threshold: 0.1 });
  expect(parsed[0]?.story).toEqual(own);
});

test('what follows from the log alone names neither when it was decided nor by whom, also of children', () => {
  const making = { decided: 7, worker: 'w', revision: 2, story };
  const told: Firing = { ...firing, story, worker: 'w', children: [{ ...child, children: [], ...making }] };
  const { decided: _, worker: __, ...rest } = told;
  expect(ofTheLog(told)).toEqual({ ...rest, children: [{ ...child, children: [], revision: 2, story }] });
});

describe('a broken firing is refused with the field', () => {
  test.each<[Record<string, string | undefined>, string]>([
    [{ firing: '' }, 'firing: must not be empty'],
    [{ automation: undefined }, 'automation: is required'],
    [{ revision: '1.5' }, 'revision: must be a whole number, 0 or more'],
    [{ state: 'triggered' }, 'state: must be "Triggered" or "Resolved"'],
    [{ triggered: '' }, 'triggered: must not be empty'],
    [{ triggered: '1e300' }, 'triggered: must be milliseconds since 1970'],
    [{ decided: 'now' }, 'decided: must be milliseconds since 1970'],
    [{ labels: '[]' }, 'labels: must be an object'],
    [{ labels: '{"a":5}' }, 'labels.a: must be a string'],
    [{ event: '{}' }, 'event.received: is required'],
    [{ story: '{' }, 'story: is not JSON'],
    [{ story: '[]' }, 'story: must be an object'],
    [{ story: '{"kind":"x"}' }, 'story.kind: must be a kind of window'],
    [{ story: '{"kind":"count","start":"now"}' }, 'story.start: must be a whole number'],
    [{ story: '{"kind":"count","count":"1"}' }, 'story.count: must be a number'],
    [{ children: '{}' }, 'children: must be a list of firings'],
    [{ children: '[5]' }, 'children[0]: must be an object'],
    [{ children: '[{}]' }, 'children[0].id: is required'],
    [{ children: '[{"id":"c"}]' }, 'children[0].path: is required'],
    [{ children: '[{"id":"c","path":"0"}]' }, 'children[0].triggered: must be milliseconds since 1970'],
    [{ children: '[{"id":"c","path":"0","triggered":1,"labels":5}]' }, 'children[0].labels: must be an object'],
    [
      { children: '[{"id":"c","path":"0","triggered":1,"labels":{},"event":{}}]' },
      'children[0].event.received: is required',
    ],
    [{ children: childWith('"story":{}') }, 'children[0].story.kind: must be a kind of window'],
    [{ children: childWith('"decided":"now"') }, 'children[0].decided: must be milliseconds since 1970'],
    [{ children: childWith('"revision":-1') }, 'children[0].revision: must be a whole number, 0 or more'],
    [{ children: childWith('"worker":5') }, 'children[0].worker: must be a string'],
  ])('%j: %s', (changes, expected) => {
    expect(() => parseFiring(fieldsOf(firing, changes))).toThrow(expected);
  });
});

describe('a state-change event', () => {
  test('says what fired and carries its cause on', () => {
    expect(stateChangeEvent(firing, received + 1)).toEqual({
      id: 's-f',
      event: 'automation.triggered',
      resource: { id: 'automation.a', name: 'A', posture: 'Proactive', key: '["eu"]', 'label.region': 'eu' },
      related: [{ id: 'event.e', role: 'triggering-event' }],
      occurred: received - 5,
      received: received + 1,
      follows: null,
      payload: { triggering_labels: { region: 'eu' }, triggering_event: event },
      causeChain: ['z', 'a'],
    });
  });

  test('has its key in the order of names, empty values too, which have no label of their own', () => {
    const labels = { 'zone b': 'é"', '10': '', '9': 'x' };
    expect(stateChangeEvent({ ...firing, labels }, received).resource).toEqual({
      id: 'automation.a',
      name: 'A',
      posture: 'Proactive',
      key: '["","x","é\\""]',
      'label.9': 'x',
      'label.zone b': 'é"',
    });
  });

  test('of an ended alert of a composite without event says so', () => {
    expect(stateChangeEvent({ ...firing, state: 'Resolved', posture: '', event: null, labels: {} }, received)).toEqual({
      id: 's-f',
      event: 'automation.resolved',
      resource: { id: 'automation.a', name: 'A', key: '[]' },
      related: [],
      occurred: received - 5,
      received,
      follows: null,
      payload: { triggering_labels: {}, triggering_event: null },
      causeChain: ['a'],
    });
  });

  test('names an event inside its triggering event instead of repeating it', () => {
    const first = eventDocument(stateChangeEvent(firing, received));
    const second = stateChangeEvent({ ...firing, id: 'g', automation: 'b', event: first }, received);
    expect(second.payload.triggering_event).toEqual({
      ...first,
      payload: { ...first.payload, triggering_event: { id: 'e' } },
    });
    expect(second.causeChain).toEqual(['z', 'a', 'b']);
    expect(first.payload.triggering_event).toEqual(event);
  });

  test.each([[null], ['text'], [[1]]])('leaves a payload alone whose triggering_event is %j', (value) => {
    const odd = { ...event, payload: { triggering_event: value } };
    expect(stateChangeEvent({ ...firing, event: odd }, received).payload.triggering_event).toEqual(odd);
  });

  test('can be read back from the deepest payload an event may have', () => {
    let payload: Record<string, unknown> = {};
    for (let i = 1; i < 500; i += 1) payload = { a: payload };
    const deep = eventDocument(
      parseEvent({ id: 'e', event: 'x', resource: { id: 'r' }, payload }, { entryId: '1-1', received }),
    );
    const first = eventDocument(stateChangeEvent({ ...firing, event: deep }, received));
    expect(parseFiring(fieldsOf({ ...firing, event: first })).event).toEqual(first);
  });
});
