import { describe, expect, test } from 'vitest';
import { expecting, runTests } from './test-folder.ts';

describe('a test passes', () => {
  test.each([
    ['by the id', '[{ automation: payment-overdue }]'],
    ['by the name', '[{ automation: Payment overdue }]'],
    ['with labels', '[{ automation: payment-overdue, labels: { id: order.1 } }]'],
    ['with the event and the time', '[{ automation: payment-overdue, event: order.placed, triggered: 15m }]'],
    ['with its job', '[{ automation: payment-overdue, jobs: [{ queue: billing, name: remind }] }]'],
    ['with a part of its data', '[{ automation: payment-overdue, jobs: [{ data: { tone: { kind: soft } } }] }]'],
  ])('%s', async (_, expected) => {
    expect(await runTests(expecting(expected))).toMatchObject({ status: 0, err: [] });
  });

  test('when a firing meets the wider of two expectations, and another the narrower one', async () => {
    const text = `
  - name: a
    steps:
      - send:
          - { event: order.placed, resource: { id: order.1 } }
          - { event: order.placed, resource: { id: order.2 } }
      - at: 15m
        expect:
          - automation: payment-overdue
          - { automation: payment-overdue, labels: { id: order.1 } }
`;
    expect((await runTests(text)).status).toBe(0);
  });

  test('when what it does not expect may come', async () => {
    const text = `
  - name: a
    steps:
      - send: { event: order.placed, resource: { id: order.1 } }
      - { at: 15m, allow_other: true }
`;
    expect((await runTests(text)).status).toBe(0);
  });

  test('with automations that are put, replaced and deleted on the way, and stand in the file', async () => {
    const text = `
  - name: a
    steps:
      - put: { id: failed, name: Failed, trigger: { expect: [order.failed] } }
        send: { event: order.failed, resource: { id: order.1 } }
        expect: [{ automation: failed }]
      - at: 1m
        put: [{ id: failed, name: Failed, trigger: { expect: [order.lost] } }, overdue.yaml]
        send: { event: order.failed, resource: { id: order.1 } }
      - at: 2m
        delete: failed
        send: { event: order.lost, resource: { id: order.1 } }
`;
    expect(await runTests(text)).toMatchObject({ status: 0, err: [] });
  });

  test('with an event that comes late, by a time since the start', async () => {
    const text = `
  - name: a
    start: 2026-03-29T00:00:00Z
    steps:
      - send: { event: order.placed, resource: { id: order.1 } }
      - at: 20m
        send: { event: order.paid, resource: { id: order.1 }, occurred: 14m }
        expect:
          - { automation: payment-overdue, state: triggered }
          - { automation: payment-overdue, state: resolved }
`;
    expect(await runTests(text)).toMatchObject({ status: 0, err: [] });
  });
});

describe('a test fails, and says expected against got', () => {
  test.each([
    [
      'of another key',
      '[{ automation: payment-overdue, labels: { id: order.2 } }]',
      'labels.id: expected "order.2", got "order.1"',
    ],
    [
      'of another state',
      '[{ automation: payment-overdue, state: resolved }]',
      'state: expected "resolved", got "triggered"',
    ],
    ['at another event', '[{ automation: payment-overdue, event: null }]', 'event: expected null, got "order.placed"'],
    ['at another time', '[{ automation: payment-overdue, triggered: 14m }]', 'triggered: expected "14m", got "15m"'],
    [
      'with fewer jobs',
      '[{ automation: payment-overdue, jobs: [{ name: remind }, {}] }]',
      'jobs: expected */remind, */*, got billing/remind',
    ],
    ['with no job', '[{ automation: payment-overdue, jobs: [] }]', 'jobs: expected none, got billing/remind'],
    [
      'with other data',
      '[{ automation: payment-overdue, jobs: [{ data: { copies: 2 } }] }]',
      'jobs: expected */* {"copies":2}, got billing/remind',
    ],
    ['that is no reminder', '[{ automation: payment-overdue, reminder: 1 }]', 'reminder: expected 1, got none'],
  ])('by a firing %s', async (_, expected, line) => {
    const { status, out, err } = await runTests(expecting(expected));
    expect([status, err]).toEqual([1, []]);
    expect(out.map((one) => one.trim())).toContain(line);
  });

  test('by what does not come and by what is not expected, with what became of the events', async () => {
    const text = `
  - name: the reminder
    steps:
      - send:
          - { event: order.placed, resource: { id: order.1 } }
          - { event: order.placed, resource: { id: shop.1 } }
          - { event: order.shipped, resource: { id: order.1 } }
      - at: 14m
        expect: [{ automation: payment-overdue, labels: { id: order.1 } }]
      - at: 15m
  - name: all is well
    steps: [{ at: 1d }]
`;
    const { status, out } = await runTests(text);
    expect(status).toBe(1);
    expect(
      out.map((line) => line.replace(/\S*overdue\.test/, 'overdue.test').replace(/in \d+\.\d+ s$/, 'in …')),
    ).toEqual([
      'FAIL  overdue.test.yaml  2 tests, 1 failed',
      '',
      '  overdue.test.yaml:4:5  the reminder',
      '    step 2, at 14m (line 10):',
      '      expected    payment-overdue  triggered  id=order.1',
      '      got         nothing',
      '    step 3, at 15m (line 12):',
      '      unexpected  payment-overdue  triggered  id=order.1  by order.placed  at 15m  jobs billing/remind',
      '    what became of the events:',
      '      0s  order.placed order.1',
      '          payment-overdue: armed',
      '      0s  order.placed shop.1',
      '          payment-overdue: not interested: id is "shop.1", expected "order.*"',
      '      0s  order.shipped order.1',
      '          payment-overdue: not interested: event is "order.shipped", expected "order.paid" or "order.placed"',
      '',
      '2 tests in 1 file: 1 passed, 1 failed, in …',
    ]);
  });

  test('by a job whose template cannot be filled in', async () => {
    const text = `
  - name: a
    steps:
      - put:
          id: failed
          name: Failed
          trigger: { expect: [order.failed] }
          actions: [{ type: queue, queue: q, data: { who: "{{ event.payload.who }}" } }]
        send: { event: order.failed, resource: { id: order.1 } }
        allow_other: true
`;
    const { status, out } = await runTests(text);
    expect([status, out.filter((line) => line.includes('no job'))]).toEqual([
      1,
      [expect.stringMatching(/no job {6}q\/queue: /)],
    ]);
  });
});
