import { expect, test } from 'vitest';
import { groupsOf } from '../../src/console/delivery-groups.ts';
import type { Delivery } from '../../src/model/delivery.ts';

function delivery(at: number, more: Partial<Delivery> = {}): Delivery {
  return {
    ...{ job: `job-${at}`, automation: 'a', firing: `f-${at}`, index: 0, type: 'webhook', target: 'ops', labels: {} },
    ...{ state: 'failed', tries: 5, attempts: 5, status: null, answer: '', error: 'no answer within 1003 ms', at },
    ...more,
  } as Delivery;
}

test('deliveries that differ in time, key and numbers of their error are one, and those that failed come first', () => {
  const groups = groupsOf([
    delivery(9, { state: 'sent', error: '', tries: 1 }),
    delivery(8, { error: 'no answer within 1001 ms' }),
    delivery(7, { labels: { id: 'customer.1' } }),
    delivery(6, { target: 'sales' }),
    delivery(5, { error: 'refused' }),
    delivery(4, { automation: 'b' }),
    delivery(3, { status: 500 }),
    delivery(2),
  ]);
  expect(
    groups.map(({ automation, target, state, error, count, first, last, jobs }) => [
      ...[automation, target, state, error, count, first, last, jobs.join(' ')],
    ]),
  ).toEqual([
    ['a', 'ops', 'failed', 'no answer within 1001 ms', 3, 2, 8, 'job-8 job-7 job-2'],
    ['a', 'sales', 'failed', 'no answer within 1003 ms', 1, 6, 6, 'job-6'],
    ['a', 'ops', 'failed', 'refused', 1, 5, 5, 'job-5'],
    ['b', 'ops', 'failed', 'no answer within 1003 ms', 1, 4, 4, 'job-4'],
    ['a', 'ops', 'failed', 'no answer within 1003 ms', 1, 3, 3, 'job-3'],
    ['a', 'ops', 'sent', '', 1, 9, 9, 'job-9'],
  ]);
});
