import { describe, expect, test } from 'vitest';
import { parseAutomation } from '../../../src/model/automation.ts';
import type { EventDocument } from '../../../src/model/event.ts';
import type { Firing } from '../../../src/model/firing.ts';
import { jobsOf } from '../../../src/relay/jobs.ts';

const trigger = {
  type: 'event',
  posture: 'Reactive',
  expect: ['order.failed'],
  for_each: ['id'],
  threshold: 3,
  within: 60,
};

function automationWith(parts: object = {}) {
  return parseAutomation({ id: 'a1', name: 'Failing orders', trigger, ...parts });
}

const event: EventDocument = {
  id: 'e1',
  event: 'order.failed',
  resource: { id: 'customer.7' },
  related: [],
  occurred: '2026-03-02T09:00:00.000Z',
  follows: null,
  payload: { total: 12 },
  cause_chain: ['a0'],
  received: '2026-03-02T09:00:01.000Z',
};

const firing: Firing = {
  id: '00ff',
  automation: 'a1',
  revision: 4,
  path: '',
  name: 'Failing orders',
  posture: 'Reactive',
  state: 'Triggered',
  triggered: Date.parse('2026-03-02T09:00:00Z'),
  decided: Date.parse('2026-03-02T09:00:02Z'),
  labels: { id: 'customer.7' },
  event,
  children: [],
};

describe('templates of a queue action', () => {
  const templated = (...actions: object[]) =>
    jobsOf(firing, automationWith({ actions: actions.map((action) => ({ type: 'queue', queue: 'mail', ...action })) }));

  test('are filled in for name and data; the action stays as it was written', () => {
    const action = {
      name: '{{ event.event }}',
      data: { total: '{{ event.payload.total }}', of: ['{{ labels.id }}!'] },
    };
    const [job] = templated(action);
    expect(job).toMatchObject({ name: 'order.failed', data: { data: { total: 12, of: ['customer.7!'] }, action } });
    expect(job).not.toHaveProperty('refusal');
  });

  test('give a name that is a text, whatever stands there', () => {
    expect(templated({ name: '{{ event.payload.total }}' })[0]?.name).toBe('12');
  });

  test('know the alert by automation and key, and the time of the decision', () => {
    const data = { alert: '{{ alert }}', now: '{{ now }}', events: '{{ events.size }}' };
    expect(templated({ data })[0]?.data.data).toEqual({
      alert: { key: 'a1 {"id":"customer.7"}', open: true, reminder: 0 },
      now: '2026-03-02T09:00:02.000Z',
      events: 1,
    });
  });

  test('that cannot be filled in refuse their own job only', () => {
    const [first, second] = templated({ data: { x: '{{ event.payload.missing }}' } }, { data: { x: 'y' } });
    expect(first?.refusal).toBe(
      'action 0.data.x: event.payload.missing has no value, and no "default" (line 1, column 4)',
    );
    expect(second).not.toHaveProperty('refusal');
  });
});
