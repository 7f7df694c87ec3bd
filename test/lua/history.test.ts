import { expect, test } from 'vitest';
import { chunkOf } from '../../src/apply/chunk.ts';
import { writeQuotas } from '../../src/redis/quotas.ts';
import { writeSettings } from '../../src/redis/settings.ts';
import { apply } from '../../src/redis/steps/apply.ts';
import { ms, World } from '../support/world.ts';

const reacts = (expect: string, more: object = {}) => ({
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: [expect], threshold: 2, within: 60 },
  ...more,
});

type Noted = Record<string, string>;

/** All that is noted, the oldest first. */
async function noted({ redis, store }: World): Promise<Noted[]> {
  const records = await redis.xrange(store.keys.history, '-', '+');
  return records.map(([, fields]) => {
    const pairs = fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? ''] as const] : []));
    return Object.fromEntries(pairs);
  });
}

const nameIn = (document = ''): unknown => (document === '' ? null : JSON.parse(document).trigger.expect);

test('each change says where it took effect, when, and what stood before it', async () => {
  const world = new World();
  await world.put(reacts('x'));
  await world.meet('x', { id: 'x1' });
  const position = (await world.state()).position;
  await world.at(5).put(reacts('y'));
  await world.put({ ...reacts('y'), enabled: false });
  await world.at(7).remove('a');
  const changes = await noted(world);
  expect(changes.map(({ kind, generation, id }) => `${kind} ${generation} ${id}`)).toEqual([
    'automation 1 a',
    'automation 2 a',
    'automation 3 a',
    'automation 4 a',
  ]);
  expect(changes.map(({ before }) => nameIn(before))).toEqual([null, ['x'], ['y'], ['y']]);
  expect(changes.map(({ revision }) => revision)).toEqual(['', '1', '2', '3']);
  expect(changes.map(({ position: at }) => at)).toEqual(['0-0', position, position, position]);
  expect(changes.map(({ time }) => time)).toEqual([ms(0), ms(5), ms(5), ms(7)].map(String));
  expect(changes.map(({ before }) => before && JSON.parse(before).enabled)).toEqual(['', undefined, undefined, false]);
});

test('the time of a change is that of the oldest entry which waits, and what is late does not move it', async () => {
  const world = new World();
  await world.meet('x', { t: -60 });
  await world.at(5).send('x');
  await world.at(9).put(reacts('x'));
  expect((await noted(world)).map(({ time }) => time)).toEqual([String(ms(5))]);
});

test('what changes nothing is not noted', async () => {
  const world = new World();
  await world.put(reacts('x'));
  await world.put(reacts('x'));
  await writeSettings(world.redis, world.store, { earlyMs: null });
  await writeQuotas(world.redis, world.store, { windows: null });
  expect(await noted(world)).toHaveLength(1);
});

test('settings and quotas are noted with all that stood before', async () => {
  const world = new World();
  const { redis, store } = world;
  await writeSettings(redis, store, { earlyMs: 5 });
  await writeSettings(redis, store, { followWaitMs: 7 });
  await writeQuotas(redis, store, { windows: 9, windowsPerAutomation: 3 });
  await writeQuotas(redis, store, { windows: null });
  const changes = await noted(world);
  expect(changes.map(({ kind }) => kind)).toEqual(['settings', 'settings', 'quotas', 'quotas']);
  expect(changes.map(({ generation }) => generation)).toEqual(['1', '2', '3', '4']);
  const before = changes.map((change) => JSON.parse(change.before ?? ''));
  expect(before.slice(0, 3)).toEqual([{}, ['early_ms', '5'], {}]);
  expect(before[3]?.sort()).toEqual(['3', '9', 'windows', 'windows_per_automation']);
  expect((await world.state()).quotas).toEqual({ windows_per_automation: '3' });
});

test('a change of quotas comes behind what was due before it', async () => {
  const world = new World();
  const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60 };
  await world.put({ id: 'w', name: 'W', trigger: watch });
  await world.meet('a', { id: 'a1' });
  world.at(60);
  await writeQuotas(world.redis, world.store, { windows: 0 });
  expect(await world.told()).toEqual(['w triggered@60 a1']);
});

test('an entry that claims in vain, and one that was given up, are noted in the step that rejects them', async () => {
  const world = new World();
  const forged = await world.append(['straightened', `${ms(0)}-0`, 'event', 'x', 'resource.id', 'r']);
  await world.drain();
  const poison = await world.send('x');
  await world.definitions.refresh();
  const cause = { reason: 'failed', error: 'E'.repeat(2_000), attempts: 3 };
  const chunk = chunkOf(await world.waiting(), world.definitions.view, new Map([[poison, cause]]));
  expect((await apply(world.redis, world.store, chunk)).word).toBe('applied');
  await world.append(['nonsense', '1']);
  await world.drain();
  const records = await noted(world);
  expect(records.map(({ kind, position, attempts }) => [kind, position, attempts])).toEqual([
    ['set-aside', forged, ''],
    ['set-aside', poison, '3'],
  ]);
  expect(records[0]?.reason).toMatch(/^straightened: /);
  expect(records[1]).toMatchObject({ reason: 'failed', error: 'E'.repeat(1_000) });
});

test('a position that went back leaves the records in their order', async () => {
  const world = new World();
  await world.at(60).meet('x');
  await world.put(reacts('x'));
  await world.redis.set(world.store.keys.position, `${ms(0)}-0`);
  await world.put(reacts('y'));
  const [first, second] = await world.redis.xrange(world.store.keys.history, '-', '+');
  expect([first?.[0], second?.[0]]).toEqual([`${ms(60)}-0`, `${ms(60)}-1`]);
});

test('what others wrote in the place of the history fails a change by its name, before anything is written', async () => {
  const world = new World();
  await world.redis.set(world.store.keys.history, 'x');
  const before = await world.state();
  await expect(world.put(reacts('x'))).rejects.toThrow(/^WRONGTYPE .*:history is a string, not a stream/);
  expect(await world.state()).toEqual(before);
});
