import { expect, test } from 'vitest';
import { Routing } from '../../../src/match/routing.ts';
import { layoutOf, partitionNames, partitionOf } from '../../../src/model/partition.ts';

const ENTRY = '1000000000000-0';

const entryOf = (resource: Record<string, string>, more: object = {}) => ({
  id: ENTRY,
  fields: ['data', JSON.stringify({ event: 'paid', resource, ...more })],
});

const by = (label: string, interested = false) => new Routing(layoutOf(16, label), () => interested);

test('an event of the front log goes to the partition of its label', () => {
  const home = String(partitionOf('customer.7', 16));
  expect(by('id').targetsOf(entryOf({ id: 'customer.7' }), 'front')).toEqual([home]);
  expect(by('tenant').targetsOf(entryOf({ id: 'x', tenant: 'customer.7' }), 'front')).toEqual([home]);
  const related = [{ id: 'customer.7', role: 'customer' }];
  expect(by('related:customer:id').targetsOf(entryOf({ id: 'x' }, { related }), 'front')).toEqual([home]);
  const payload = { account: 'customer.7' };
  expect(by('payload.account').targetsOf(entryOf({ id: 'x' }, { payload }), 'front')).toEqual([home]);
});

test('it goes to the global partition as well where that wants it', () => {
  const home = String(partitionOf('customer.7', 16));
  expect(by('id', true).targetsOf(entryOf({ id: 'customer.7' }), 'front')).toEqual([home, 'g']);
});

test('what came to a partition goes on to the global one alone', () => {
  expect(by('id', true).targetsOf(entryOf({ id: 'customer.7' }), 'partition')).toEqual(['g']);
  expect(by('id', false).targetsOf(entryOf({ id: 'customer.7' }), 'partition')).toEqual([]);
});

test('an event without the label, and an entry that cannot be read, go to one and the same partition', () => {
  const home = String(partitionOf('', 16));
  expect(by('tenant').targetsOf(entryOf({ id: 'x' }), 'front')).toEqual([home]);
  expect(by('id', true).targetsOf({ id: ENTRY, fields: ['data', '{'] }, 'front')).toEqual([home]);
  expect(by('id', true).targetsOf({ id: ENTRY, fields: ['data', '{'] }, 'partition')).toEqual([]);
});

test('what the front log says of its sources goes to each partition, and what a partition says of its own to none', () => {
  const mark = { id: ENTRY, fields: ['reached', 'shop 1772442000000'] };
  expect(by('id', true).targetsOf(mark, 'front')).toEqual(partitionNames(layoutOf(16, 'id')));
  expect(by('id', true).targetsOf(mark, 'partition')).toEqual([]);
});
