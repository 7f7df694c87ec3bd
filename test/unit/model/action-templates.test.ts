import { describe, expect, test } from 'vitest';
import { problemsOf } from '../../../src/model/automation.ts';

const trigger = { type: 'event', posture: 'Reactive', expect: ['x'] };

function problemsIn(...actions: object[]): string[] {
  return problemsOf({ id: 'a', name: 'A', trigger, actions }).map(({ message }) => message);
}

const queue = (data: object, more: object = {}): object => ({ type: 'queue', queue: 'mail', data, ...more });

describe('the templates of an automation', () => {
  test.each([
    ['{{ event.resource["order.id"] }}'],
    ['{{ event.payload.items[0].name }}'],
    ['{{ events | size }} {{ events.first.id }} {{ events.size }}'],
    ['{{ firing.triggering_firings[0].triggering_event.id }}'],
    ['{{ labels.anything }} {{ automation.name }} {{ alert.key }} {{ now }}'],
    ['{% assign name = event.event %}{{ name }}'],
    ['{% for one in events %}{{ one.anything }}{% endfor %}'],
    ['no template: $x, { x }'],
  ])('may say %s', (text) => {
    expect(problemsIn(queue({ text }, { name: text }))).toEqual([]);
  });

  test.each([
    [
      '{{ evnt.id }}',
      'there is no evnt: templates know event, labels, firing, firings, automation, events, alert, now (line 1, column 4)',
    ],
    [
      '\n  {{ event.name }}',
      'there is no event.name: event has id, event, resource, related, occurred, follows, payload, cause_chain, received, traceparent (line 2, column 6)',
    ],
    ['{{ alert.state }}', 'there is no alert.state: alert has key, open, reminder (line 1, column 4)'],
    [
      '{{ events[0].nme }}',
      'there is no events.0.nme: events.0 has id, event, resource, related, occurred, follows, payload, cause_chain, received, traceparent (line 1, column 4)',
    ],
    ['{{ event.id', 'output "{{ event.id" not closed (line 1, column 1)'],
  ])('may not say %j', (text, problem) => {
    const [message] = problemsIn(queue({ deep: [{ text }] }));
    expect(message).toBe(`actions[0].data.deep[0].text: ${problem}`.replace(/^(.{0,700}).*$/s, '$1'));
  });

  test('are all told of at once', () => {
    const found = problemsIn(queue({ a: '{{ x }} {{ y }}', b: '{{' }, { name: '{{ z }}' }), queue({ c: '{{ w }}' }));
    expect(found.map((message) => message.split(':', 1)[0])).toEqual([
      'actions[0].name',
      'actions[0].data.a',
      'actions[0].data.a',
      'actions[0].data.b',
      'actions[1].data.c',
    ]);
  });

  test('of a type of your own are its handler’s', () => {
    expect(problemsIn({ type: 'call', text: '{{ not.ours' })).toEqual([]);
  });
});
