import { expect, test } from 'vitest';
import { usualSpan } from '../../src/console/automations.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { door } from './door.ts';

test.each([
  ['three windows', 900_000, 2_700_000],
  ['a minute at least', 2_000, 60_000],
  ['a day at most', 7 * 86_400_000, 86_400_000],
  ['an hour where there is no window', 0, 3_600_000],
])('a picture goes back %s', (_, within, span) => {
  expect(usualSpan(within)).toBe(span);
});

test('a picture goes back as far as its windows or its question say, and tells alerts from windows', async () => {
  const watchfire = engine();
  const trigger = {
    posture: 'Proactive',
    after: ['placed'],
    expect: ['paid'],
    for_each: ['id'],
    within: '10m',
  } as const;
  await watchfire.put({ id: 'overdue', name: 'Overdue', trigger, actions: [] });
  await watchfire.startWorker();
  const before = new Date(Date.now() - 3_600_000).toISOString();
  await watchfire.emit({ event: 'placed', resource: { id: 'late' }, occurred: before });
  for (const id of ['a', 'b']) await watchfire.emit({ event: 'placed', resource: { id } });
  await eventually('one is an alert', async () => (await watchfire.alerts()).length === 1);
  await eventually('all is applied', async () => (await watchfire.status()).behind === 0);
  const { get } = await door(watchfire);
  const lanes = async (query = ''): Promise<Record<'now' | 'from', number>> =>
    (await get(`/api/automations/overdue/lanes${query}`)).body as never;
  const usual = await lanes();
  expect(usual).toMatchObject({ usual: 1_800_000, total: 3, counted: 3, windows: 2, alerts: 1 });
  expect(usual.now - usual.from).toBe(1_800_000);
  const asked = await lanes('?spanMs=7200000');
  expect(asked.now - asked.from).toBe(7_200_000);
});

test('firings are filtered by state and a part of the key, page by page, and it is said how many were looked at', async () => {
  const watchfire = engine();
  for (const name of ['failed', 'refused'])
    await watchfire.put({
      id: name,
      name,
      trigger: { posture: 'Reactive', expect: [name], for_each: ['customer'] },
      actions: [],
    });
  await watchfire.startWorker();
  for (const [event, customer] of [
    ['failed', 'ada.1'],
    ['failed', 'sam.1'],
    ['refused', 'ada.1'],
    ['failed', 'Ada.2'],
    ['failed', 'sam.2'],
  ] as const)
    await watchfire.emit({ event, resource: { id: 'x', customer } });
  await eventually('all fired', async () => (await watchfire.firings()).firings.length === 5);
  const { get } = await door(watchfire);
  type List = { firings: { entry: string; labels: { customer: string } }[]; next: string | null; looked: number };
  const list = async (query: string): Promise<[string, number, string | null]> => {
    const { firings, looked, next } = (await get(`/api/firings?${query}`)).body as List;
    return [firings.map(({ labels }) => labels.customer).join(' '), looked, next];
  };
  expect(await list('')).toEqual(['sam.2 Ada.2 ada.1 sam.1 ada.1', 5, null]);
  expect(await list('label=ada')).toEqual(['Ada.2 ada.1 ada.1', 5, null]);
  expect(await list('label=customer=ADA&automation=failed')).toEqual(['Ada.2 ada.1', 4, null]);
  expect(await list('state=Triggered&label=.1')).toEqual(['ada.1 sam.1 ada.1', 5, null]);
  expect(await list('state=Resolved')).toEqual(['', 5, null]);
  const [first, looked, next] = await list('label=ada&limit=2');
  expect([first, looked]).toEqual(['Ada.2 ada.1', 3]);
  expect(await list(`label=ada&limit=2&before=${next}`)).toEqual(['ada.1', 2, null]);
  expect((await get('/api/firings?state=lost')).status).toBe(400);
});
