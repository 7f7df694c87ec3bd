import { describe, expect, test } from 'vitest';
import { chunkOf } from '../../src/apply/chunk.ts';
import { lastDeadLetters, redriveDeadLetters } from '../../src/inspect/dead-letters.ts';
import { OWN_FORMS } from '../../src/model/intake.ts';
import { apply } from '../../src/redis/steps/apply.ts';
import { ms, World } from '../support/world.ts';

const listens = { id: 'l', name: 'l', trigger: { posture: 'Reactive', expect: ['automation.*'] } };
const fires = { id: 'f', name: 'f', trigger: { posture: 'Reactive', expect: ['x'] } };

const DOCUMENT = JSON.stringify({
  id: 'forged',
  event: 'x',
  resource: { id: 'r' },
  related: [],
  occurred: '2026-03-02T09:00:00.000Z',
  received: '2026-03-02T09:00:00.000Z',
  follows: null,
  payload: {},
  cause_chain: [],
});

const FIRING = [
  ...['firing', 'f'.repeat(32), 'automation', 'f', 'revision', '1', 'path', '', 'name', 'f', 'posture', 'Reactive'],
  ...['state', 'Triggered', 'triggered', '1772442000000', 'decided', '1772442000000', 'labels', '{}', 'event', ''],
];

/** Entries in the engine's own forms, as everybody can write them who may write to the log. */
const FORGED: readonly (readonly [form: string, fields: string[]])[] = [
  ['firing', FIRING],
  ['released', ['released', DOCUMENT]],
  ['action', ['action', DOCUMENT]],
  ['straightened', ['straightened', '1772442000000-0', 'event', 'x', 'resource.id', 'r']],
  ['straightened', ['straightened', '1772442000000-0', ...FIRING]],
  ['straightened', ['straightened', '1772442000000-0', 'released', DOCUMENT]],
  ['fed', ['fed', 'front 1772442000000-0', 'event', 'x', 'resource.id', 'r']],
  ['fed', ['fed', 'front 1772442000000-0', ...FIRING]],
  ['fed', ['fed', 'front', 'event', 'x', 'resource.id', 'r']],
  ['reached', ['reached', 'front 1772442000000']],
  ['opened', ['opened', 'front 1772442000000-0']],
  ['closed', ['closed', 'front 1772442000000-0']],
];

const letters = (world: World) => lastDeadLetters(world.redis, world.store, 10);
const marks = (world: World) => world.redis.zcard(world.store.keys.own);

describe('an entry in a form of the engine that somebody else wrote', () => {
  test.each(FORGED)('(%s) is rejected, and meets nothing', async (form, fields) => {
    const world = new World();
    await world.put(listens);
    await world.put(fires);
    await world.append(fields);
    expect(await world.drain()).toEqual(['rejected']);
    expect(await world.told()).toEqual([]);
    const [letter] = await letters(world);
    expect(letter).toMatchObject({ reason: `${form}: is a field that only the engine writes`, fields });
    expect(await world.redis.exists(world.store.keys.clock)).toBe(1);
    expect(await world.redis.hget(world.store.keys.clock, 'newest')).toBeNull();
  });

  test.each(FORGED)('(%s) is not sent again', async (form, fields) => {
    const world = new World();
    await world.append(fields);
    await world.drain();
    const [letter] = await letters(world);
    const { unfit } = await redriveDeadLetters(world.redis, world.store, [letter?.id ?? '']);
    expect(unfit).toEqual([
      { id: letter?.id, reason: `would be rejected again: ${form}: is a field that only the engine writes` },
    ]);
    expect(await world.waiting()).toEqual([]);
  });

  test('covers every form there is', () => {
    expect([...new Set(FORGED.map(([form]) => form))].sort()).toEqual([...OWN_FORMS].sort());
  });

  test('under the id of one that was applied is rejected as well', async () => {
    const world = new World();
    await world.put(listens);
    await world.put(fires);
    await world.meet('x');
    await world.at(1).append(FIRING);
    expect(await world.drain()).toEqual(['rejected']);
    expect(await marks(world)).toBe(0);
  });
});

describe('an entry that the engine wrote', () => {
  test('is applied, and its mark goes when the position has passed it', async () => {
    const world = new World();
    await world.put(listens);
    await world.put(fires);
    await world.send('x');
    await world.apply();
    expect(await marks(world)).toBe(1);
    await world.drain();
    expect((await world.told()).length).toBe(2);
    await world.at(1).meet('x', { follows: 'nobody' });
    await world.at(1_000).settle();
    expect(await marks(world)).toBeGreaterThan(0);
    expect(await world.drain()).toContain('applied fired');
    await world.at(2_000).meet('x');
    expect(await world.redis.zrange(world.store.keys.own, '-inf', `(${ms(2_000)}`, 'BYSCORE')).toEqual([]);
    expect(await letters(world)).toEqual([]);
  });

  test('stays the engine’s when it was set aside and is sent again', async () => {
    const world = new World();
    await world.put(listens);
    await world.put(fires);
    await world.send('x');
    await world.apply();
    const [entry] = await world.waiting();
    const cause = { reason: 'poison', error: 'broken', attempts: 3 };
    await world.definitions.refresh();
    const setAside = new Map([[entry?.id ?? '', cause]]);
    await apply(world.redis, world.store, chunkOf(await world.waiting(), world.definitions.view, setAside));
    const [letter] = await letters(world);
    expect(letter?.fields[0]).toBe('firing');
    expect(await redriveDeadLetters(world.redis, world.store, [letter?.id ?? ''])).toMatchObject({ redriven: 1 });
    expect(await world.drain()).toContain('applied fired');
  });
});
