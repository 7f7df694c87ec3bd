import { describe, expect, test } from 'vitest';
import { filterOf, type LiveFilter } from '../../src/cli/view/filter.ts';
import type { LiveItem } from '../../src/cli/view/live.ts';
import type { Firing } from '../../src/model/firing.ts';

const nothing: LiveFilter = { automation: null, event: null, resource: null };

function event(name: string, resource: string, ...automations: string[]): LiveItem {
  const decisions = automations.map((automation) => ({ automation, trigger: '', word: 'fired' }));
  return {
    kind: 'event',
    entry: '1-0',
    id: `${name} ${resource}`,
    event: name,
    resource,
    outcome: 'applied',
    decisions,
  };
}

function firing(id: string, automation: string, cause: [name: string, resource: string] | null): LiveItem {
  const happened = cause && { id: 'e', event: cause[0], resource: { id: cause[1] } };
  return {
    kind: 'firing',
    recorded: { entry: '1-0', firing: { id, automation, event: happened } as unknown as Firing },
  };
}

function job(cause: string, automation: string): LiveItem {
  return { kind: 'job', queue: 'q', name: `of ${cause}`, id: 'j', automation, firing: cause, added: '' };
}

const rejected: LiveItem = { kind: 'event', entry: '2-0', outcome: 'rejected', reason: 'r', decisions: [] };
const more: LiveItem = { kind: 'more', outcomes: { applied: 1 } };

const seen: LiveItem[] = [
  event('order.failed', 'customer.7', 'A', 'B'),
  firing('f1', 'A', ['order.failed', 'customer.7']),
  job('f1', 'A'),
  firing('f2', 'B', ['order.failed', 'customer.7']),
  job('f2', 'B'),
  event('order.paid', 'customer.8'),
  firing('f3', 'B', null),
  job('f3', 'B'),
  rejected,
  more,
];

const nameOf = (item: LiveItem): string => {
  if (item.kind === 'firing') return item.recorded.firing.id;
  if (item.kind === 'job') return `job ${item.name}`;
  return item.kind === 'more' || item.kind === 'dropped' ? item.kind : `${item.id ?? item.outcome}`;
};

test('without a filter nothing is left out', () => {
  expect(filterOf(nothing)).toBeNull();
});

describe('what is left of what was seen', () => {
  const first = ['order.failed customer.7', 'f1', 'job of f1', 'f2', 'job of f2', 'more'];
  test.each<[Partial<LiveFilter>, string[]]>([
    [{ automation: 'A' }, ['order.failed customer.7', 'f1', 'job of f1', 'more']],
    [{ automation: 'C' }, ['more']],
    [{ event: 'order.failed' }, first],
    [{ event: 'order.*' }, [...first.slice(0, 5), 'order.paid customer.8', 'more']],
    [{ resource: 'customer.7' }, first],
    [{ resource: 'customer.8' }, ['order.paid customer.8', 'more']],
    [{ automation: 'B', event: 'order.failed' }, ['order.failed customer.7', 'f2', 'job of f2', 'more']],
  ])('by %j', (wanted, names) => {
    expect(filterOf({ ...nothing, ...wanted })?.(seen).map(nameOf)).toEqual(names);
  });
});

test('an event keeps the words of the wanted automation alone', () => {
  const [left] = filterOf({ ...nothing, automation: 'B' })?.(seen) ?? [];
  expect(left).toMatchObject({ decisions: [{ automation: 'B' }] });
});

test('a job that comes later is known by its firing', () => {
  const filter = filterOf({ ...nothing, event: 'order.failed' });
  filter?.([firing('f1', 'A', ['order.failed', 'x'])]);
  expect(filter?.([job('f1', 'A'), job('f9', 'A')]).map(nameOf)).toEqual(['job of f1']);
});

test('an event of its names that an automation did not want is left to it', () => {
  const unwanted = [
    { automation: 'A', why: 'labels' },
    { automation: 'B', why: 'disabled' },
  ];
  const item = { ...event('order.failed', 'customer.9'), unwanted } as LiveItem;
  const filter = (automation: string) => filterOf({ ...nothing, automation })?.([item]);
  expect(filter('B')).toEqual([{ ...item, unwanted: [{ automation: 'B', why: 'disabled' }] }]);
  expect(filter('C')).toEqual([]);
});
