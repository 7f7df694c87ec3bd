import { describe, expect, test } from 'vitest';
import { InvalidDocument } from '../../../src/errors.ts';
import type { QueueOptions } from '../../../src/index.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import type { EventDocument } from '../../../src/model/event.ts';
import type { ChildFiring, Firing } from '../../../src/model/firing.ts';
import { triggeredAction } from '../../../src/model/triggered-action.ts';
import { jobsOf } from '../../../src/relay/jobs.ts';

const WEEK_MS = 604_800_000;

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

function firingWith(parts: Partial<Firing> = {}): Firing {
  return {
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
    ...parts,
  };
}

const everywhere = {
  actions: [{ type: 'call' }, { type: 'mail' }],
  actions_on_trigger: [{ type: 'note' }],
  actions_on_resolve: [{ type: 'thank' }, { type: 'close' }],
};

describe('the jobs of a firing', () => {
  test('triggered: actions, then actions_on_trigger, numbered over all lists', () => {
    const jobs = jobsOf(firingWith(), automationWith(everywhere));
    expect(jobs.map(({ queue, name, data }) => [queue, name, data.id, data.action_index])).toEqual([
      ['actions', 'call', 'f-00ff-0', 0],
      ['actions', 'mail', 'f-00ff-1', 1],
      ['actions', 'note', 'f-00ff-2', 2],
    ]);
  });

  test('resolved: actions_on_resolve alone, numbered behind the others', () => {
    const jobs = jobsOf(firingWith({ state: 'Resolved' }), automationWith(everywhere));
    expect(jobs.map(({ name, data }) => [name, data.id, data.action_index])).toEqual([
      ['thank', 'f-00ff-3', 3],
      ['close', 'f-00ff-4', 4],
    ]);
  });

  test.each([
    [{ type: 'run-deployment', schedule_after: 90 }, 90_000],
    [{ type: 'run-deployment', schedule_after: 'PT1H' }, 3_600_000],
    [{ type: 'run-deployment', schedule_after: 0 }, 0],
    [{ type: 'run-deployment', schedule_after: null }, undefined],
    [{ type: 'queue', queue: 'mails', opts: { delay: 5 } }, 5],
  ])('the job of %j waits %s ms', (action, delay) => {
    const [job] = jobsOf(firingWith(), automationWith({ actions: [action] }));
    expect(job?.opts.delay).toBe(delay);
    expect(job?.data.action).toEqual(action);
  });

  test('no actions for this state, no jobs', () => {
    expect(jobsOf(firingWith(), automationWith({ actions_on_resolve: [{ type: 'thank' }] }))).toEqual([]);
  });

  test('actions are told the event of the firing, actions_on_trigger and actions_on_resolve the state-change event', () => {
    const [call, , log] = jobsOf(firingWith(), automationWith(everywhere));
    expect(call?.data.triggering_event).toEqual(event);
    expect(log?.data.triggering_event).toEqual({
      id: 's-00ff',
      event: 'automation.triggered',
      resource: {
        id: 'automation.a1',
        name: 'Failing orders',
        posture: 'Reactive',
        key: '["customer.7"]',
        'label.id': 'customer.7',
      },
      related: [{ id: 'event.e1', role: 'triggering-event' }],
      occurred: '2026-03-02T09:00:00.000Z',
      follows: null,
      payload: { triggering_labels: { id: 'customer.7' }, triggering_event: event },
      cause_chain: ['a0', 'a1'],
      received: '2026-03-02T09:00:02.000Z',
    });
    const [thank] = jobsOf(firingWith({ state: 'Resolved' }), automationWith(everywhere));
    expect(thank?.data.triggering_event?.event).toBe('automation.resolved');
  });

  test('a job holds all that its worker needs, as it was when it fired', () => {
    const automation = automationWith({ actions: [{ type: 'mail', to: 'ops' }], description: 'kept' });
    expect(jobsOf(firingWith(), automation)[0]?.data).toEqual({
      id: 'f-00ff-0',
      idempotencyKey: 'f-00ff-0',
      automation: {
        id: 'a1',
        name: 'Failing orders',
        description: 'kept',
        trigger,
        actions: [{ type: 'mail', to: 'ops' }],
      },
      firing: {
        id: '00ff',
        revision: 4,
        trigger,
        state: 'Triggered',
        triggered: '2026-03-02T09:00:00.000Z',
        decided: '2026-03-02T09:00:02.000Z',
        triggering_labels: { id: 'customer.7' },
        triggering_event: { id: event.id },
        triggering_firings: [],
      },
      triggered: '2026-03-02T09:00:00.000Z',
      triggering_labels: { id: 'customer.7' },
      triggering_event: event,
      action: { type: 'mail', to: 'ops' },
      action_index: 0,
      state_change_event: 's-00ff',
    });
  });

  test('every job is what the published form of a job says', () => {
    for (const state of ['Triggered', 'Resolved'] as const) {
      for (const { data } of jobsOf(firingWith({ state }), automationWith(everywhere))) triggeredAction.parse(data);
    }
    const [job] = jobsOf(firingWith(), automationWith({ actions: [{ type: 'queue', queue: 'mail' }] }));
    expect(triggeredAction.parse(job?.data).data).toEqual({});
  });

  test('a firing without an event gives jobs without one', () => {
    const [job] = jobsOf(firingWith({ event: null, labels: {} }), automationWith(everywhere));
    expect(job?.data).toMatchObject({
      triggering_event: null,
      triggering_labels: {},
      firing: { triggering_event: null },
    });
  });

  test('child firings are told with their own definitions, at any depth', () => {
    const other = { ...trigger, expect: ['payment.failed'] };
    const inner = { type: 'sequence', triggers: [trigger, other] };
    const automation = automationWith({
      trigger: { type: 'compound', require: 'all', triggers: [other, inner] },
      actions: [{ type: 'x' }],
    });
    const child = (id: string, path: string, children: ChildFiring[] = []): ChildFiring => ({
      id,
      path,
      state: 'Triggered',
      triggered: 0,
      labels: {},
      event: null,
      children,
    });
    const children = [child('c0', '0'), child('c1', '1', [child('c10', '1.0'), child('c11', '1.1')])];
    const [job] = jobsOf(firingWith({ children }), automation);
    const told = job?.data.firing.triggering_firings ?? [];
    expect(told.map(({ id, trigger: own }) => [id, own])).toEqual([
      ['c0', other],
      ['c1', inner],
    ]);
    expect(told[1]?.triggering_firings.map(({ id, trigger: own }) => [id, own])).toEqual([
      ['c10', trigger],
      ['c11', other],
    ]);
  });

  test('a place that the trigger does not have is an error', () => {
    const children: ChildFiring[] = [
      { id: 'c', path: '0', state: 'Triggered', triggered: 0, labels: {}, event: null, children: [] },
    ];
    expect(() => jobsOf(firingWith({ children }), automationWith(everywhere))).toThrow(InvalidDocument);
    expect(() => jobsOf(firingWith({ path: '0.x' }), automationWith(everywhere))).toThrow(/^path: /);
  });
});

describe('queue actions', () => {
  const jobOf = (action: object) =>
    jobsOf(firingWith(), automationWith({ actions: [{ type: 'queue', ...action }] }))[0];

  test('go to their queue under their name, with their data beside the rest', () => {
    const job = jobOf({ queue: 'mail', name: 'warn', data: { to: 'ops' } });
    expect(job).toMatchObject({
      queue: 'mail',
      name: 'warn',
      data: { data: { to: 'ops' }, idempotencyKey: 'f-00ff-0' },
    });
  });

  test('without a name are called queue', () => {
    expect(jobOf({ queue: 'mail' })).toMatchObject({ queue: 'mail', name: 'queue' });
  });

  test('keep the options of the user, and removal has a bound where they say nothing', () => {
    const opts = {
      delay: 5_000,
      attempts: 3,
      backoff: { type: 'exponential', delay: 100 },
      priority: 7,
      removeOnComplete: true,
    };
    expect(jobOf({ queue: 'mail', opts })?.opts).toEqual({
      ...opts,
      removeOnFail: { age: 604_800, count: 10_000 },
      jobId: 'f-00ff-0',
      deduplication: { id: 'f-00ff-0', ttl: WEEK_MS, extend: true },
    });
    expect(jobOf({ queue: 'mail' })?.opts.removeOnComplete).toEqual({ age: 86_400, count: 1_000 });
  });

  test.each([
    ['of a queue', { type: 'queue', queue: 'mail' }],
    ['of another type', { type: 'call' }],
  ])('are tried five times where nothing is said, later each time and not all at once: %s', (_, action) => {
    const [job] = jobsOf(firingWith(), automationWith({ actions: [action] }));
    expect(job?.opts).toMatchObject({ attempts: 5, backoff: { type: 'exponential', delay: 5_000, jitter: 0.5 } });
  });

  test.each([
    [{ attempts: 1 }, { attempts: 1, backoff: { delay: 5_000 } }],
    [{ backoff: 100 }, { attempts: 5, backoff: 100 }],
  ])('are tried as the user says: %j', (opts, expected) => {
    expect(jobOf({ queue: 'mail', opts })?.opts).toMatchObject(expected);
  });

  test('cannot choose their id: such options are no valid document, and would not count if they were', () => {
    const foreign = { jobId: 'mine', deduplication: { id: 'mine' } };
    expect(() => jobOf({ queue: 'mail', opts: foreign })).toThrow(InvalidDocument);
    const automation = automationWith({ actions: [{ type: 'queue', queue: 'mail' }] });
    const smuggled = {
      ...automation,
      actions: [{ type: 'queue', queue: 'mail', opts: foreign as QueueOptions } as const],
    };
    expect(jobsOf(firingWith(), smuggled)[0]?.opts).toMatchObject({
      jobId: 'f-00ff-0',
      deduplication: { id: 'f-00ff-0', ttl: WEEK_MS },
    });
  });
});
