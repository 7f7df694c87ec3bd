import { expect, test } from 'vitest';
import type { AutomationDocument } from '../../src/index.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { partitionNames } from '../../src/model/partition.ts';
import { forgetHistory } from '../../src/redis/steps/forget-history.ts';
import { partitionStore } from '../../src/redis/store.ts';
import { explainAbsence } from '../../src/replay/absence.ts';
import { explainNamed } from '../../src/replay/explain-parts.ts';
import { backtestAll } from '../../src/replay/parts.ts';
import { reactive } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { partitioned } from '../support/partitioned.ts';
import { ENGINE_KEYS } from '../support/world.ts';

const KEYS = ['customer.1', 'customer.2', 'customer.3'];
const NOTHING = { extra: [], missing: [], misplaced: null };

const each = reactive('each');
const twice = (within: string): AutomationDocument =>
  reactive('twice', { trigger: { expect: ['order.failed'], threshold: 2, within, for_each: ['id'] } });
/** Of all keys, and of what another one says in any partition: they live on the global one. */
const all = reactive('all', { trigger: { expect: ['order.failed'], threshold: 4, within: '1h' } });
const heard = reactive('heard', {
  trigger: { expect: ['automation.triggered'], match: { id: 'automation.each' }, threshold: 3, within: '1h' },
});
const unpaid = reactive('unpaid', {
  trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], for_each: ['id'], within: '1s' },
});

test('what partitions decided is replayed, tried with candidates and explained as that of one engine', async () => {
  const watchfire = await partitioned(2);
  const { connections, store } = watchfire;
  const { redis } = connections;
  const placeFor = () => ({ redis, namespace: freshNamespace({ permanent: ENGINE_KEYS }) });
  for (const document of [each, twice('10m'), all, heard, unpaid]) await watchfire.put(document);
  const worker = await watchfire.startWorker();
  await watchfire.emit({ event: 'placed', resource: { id: 'order.1' } });
  for (const id of KEYS) await watchfire.emit({ id: `first ${id}`, event: 'order.failed', resource: { id } });
  await eventually('the first ones are applied', async () => (await watchfire.status()).firings >= KEYS.length + 2);
  await watchfire.put(twice('20m'));
  for (const id of KEYS) await redis.xadd(store.keys.events, '*', 'event', 'order.failed', 'resource.id', id);
  await watchfire.emit({ event: 'order.faild', id: 'misspelt', resource: { id: 'customer.1' } });
  const counts = { each: 6, twice: 0, all: 1, heard: 1, unpaid: 1 };
  const sum = Object.values(counts).reduce((a, b) => a + b);
  await eventually('all has fired and is applied', async () => {
    const { firings, behind } = await watchfire.status();
    const told = (await watchfire.firings()).firings.map(({ firing }) => firing.automation).sort();
    return (firings === sum && behind === 0) || Promise.reject(new Error(`${behind} ${told}`));
  });
  await worker.stop();

  const again = await backtestAll(watchfire, placeFor);
  expect(again).toMatchObject({
    complete: true,
    same: { ...NOTHING, compared: sum },
    own: { unexpected: 0, lacking: 0 },
  });
  const parse = (...documents: AutomationDocument[]) => documents.map((document) => parseAutomation(document));
  const same = await backtestAll(watchfire, placeFor, { candidates: parse(each, all, heard), against: true });
  // What lives on the global partition fires at whatever came to it in that order, which can be another one than that of arrival.
  const { same: alike = 0, moved = [], ...others } = same.difference ?? {};
  expect({ ...others, count: alike + moved.length }).toEqual({ fresh: [], gone: [], count: 8 });
  expect(moved.map(([{ automation }]) => automation).filter((id) => id !== 'all' && id !== 'heard')).toEqual([]);
  // The one that hears a candidate hears what that would say.
  const candidates = parse(reactive('each', { trigger: { ...each.trigger, threshold: 2, within: '1h' } }), heard);
  const other = await backtestAll(watchfire, placeFor, { candidates });
  expect(other.firings.map(({ automation }) => automation).sort()).toEqual(['each', 'each', 'each', 'heard']);

  const explained = await explainNamed(watchfire, placeFor, 'first customer.2');
  const words = explained?.automations.map(({ id, triggers }) => [id, triggers[0]?.word]);
  expect(words).toEqual([
    ['all', 'counted'],
    ['each', 'fired'],
    ['heard', null],
    ['twice', 'counted'],
    ['unpaid', null],
  ]);
  expect(explained?.entry).toMatch(/^[01]\/\d+-\d+$/);
  expect(await explainNamed(watchfire, placeFor, explained?.entry ?? '')).toEqual(explained);
  const missed = await explainNamed(watchfire, placeFor, 'misspelt', { automation: 'all' });
  expect(missed?.automations[0]?.nearest?.said).toBe('event is "order.faild", expected "order.failed"');
  const { states } = await explainAbsence(watchfire, 'unpaid', ['order.1']);
  expect(states[0]).toMatchObject({ armed: { event: 'placed' }, expected: null });

  // The front of each log is gone, with what opened the sources.
  for (const name of partitionNames({ count: 2 })) {
    const part = partitionStore(store, name);
    const entries = await redis.xrange(part.keys.events, '-', '+');
    await redis.xtrim(part.keys.events, 'MINID', entries[Math.floor(entries.length / 2)]?.[0] ?? '0');
    while ((await forgetHistory(redis, part)) === 'forgotten');
  }
  const trimmed = await backtestAll(watchfire, placeFor);
  expect(trimmed).toMatchObject({ complete: false, same: NOTHING });
});
