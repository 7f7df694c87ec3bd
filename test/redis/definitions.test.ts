import { describe, expect, test } from 'vitest';
import { parseAutomation } from '../../src/model/automation.ts';
import { changesSince } from '../../src/redis/definition-changes.ts';
import { allDefinitions, deleteDefinition, putDefinition } from '../../src/redis/definitions.ts';
import { World } from '../support/world.ts';

const document = (id: string, name = id) => ({ id, name, trigger: { posture: 'Reactive', expect: ['x'] } });

test('an automation comes back as it was sent', async () => {
  const world = new World();
  const sent = { ...document('ä "1"\n'), description: 'd', actions: [{ type: 'call', deep: { list: [1, 'ä'] } }] };
  expect(await world.put(sent)).toBe(1);
  expect(await allDefinitions(world.redis, world.store)).toEqual([parseAutomation(sent)]);
});

test('the generation counts changes, and is the revision of what was changed', async () => {
  const world = new World();
  expect([await world.put(document('a')), await world.put(document('b')), await world.put(document('a', 'A'))]).toEqual(
    [1, 2, 3],
  );
  expect(await world.remove('b')).toBe(4);
  expect((await world.node('a')).ownSince).toBe(1);
});

test('removing what is not there says so and changes nothing', async () => {
  const world = new World();
  await world.put(document('a'));
  const before = await world.state();
  const failed = deleteDefinition(world.redis, world.store, 'nobody');
  await expect(failed).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(await world.state()).toEqual(before);
});

test('many may change definitions at once: none is lost, each has a revision of its own', async () => {
  const world = new World();
  const ids = Array.from({ length: 12 }, (_, i) => `a${i % 4}`);
  const revisions = await Promise.all(
    ids.map((id, i) => putDefinition(world.redis, world.store, parseAutomation(document(id, `n${i}`)))),
  );
  expect([...revisions].sort((a, b) => a - b)).toEqual(ids.map((_, i) => i + 1));
  for (const automation of await allDefinitions(world.redis, world.store)) {
    const last = Math.max(...ids.flatMap((id, i) => (id === automation.id ? [revisions[i] ?? 0] : [])));
    expect(automation.name).toBe(`n${revisions.indexOf(last)}`);
  }
});

test('a change that never gets its turn gives up', async () => {
  const world = new World();
  await world.put(document('a'));
  // Somebody else is always faster: the generation moves between reading and writing.
  const rival = world.redis.duplicate();
  const racing = new Proxy(world.redis, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (name !== 'evalsha') return typeof value === 'function' ? value.bind(target) : value;
      return async (...call: unknown[]) => {
        await rival.incr(world.store.keys.generation);
        return Reflect.apply(value as (...parameters: unknown[]) => unknown, target, call);
      };
    },
  });
  const failed = putDefinition(racing, world.store, parseAutomation(document('a', 'A')));
  await expect(failed).rejects.toMatchObject({ code: 'CONFLICT' });
  rival.disconnect();
});

describe('what changed since a generation', () => {
  const names = async (world: World, since: string) => {
    const { generation, changed } = await changesSince(world.redis, world.store, since);
    const told = [...changed].map(([id, definition]) => `${id}: ${definition?.automation.name ?? 'gone'}`);
    return [generation, ...told.sort()];
  };

  test('is each automation once, as it is now', async () => {
    const world = new World();
    expect(await names(world, '0')).toEqual(['0']);
    await world.put(document('a', 'first'));
    await world.put(document('b'));
    await world.put(document('a', 'second'));
    expect(await names(world, '0')).toEqual(['3', 'a: second', 'b: b']);
    expect(await names(world, '2')).toEqual(['3', 'a: second']);
    expect(await names(world, '3')).toEqual(['3']);
    await world.remove('b');
    expect(await names(world, '3')).toEqual(['4', 'b: gone']);
    expect(await names(world, '0')).toEqual(['4', 'a: second', 'b: gone']);
  });

  test('brings a worker to the plan that stands in Redis', async () => {
    const world = new World();
    await world.put(document('a'));
    await world.put(document('a', 'renamed'));
    const { changed } = await changesSince(world.redis, world.store, '0');
    expect(new Map(changed).get('a')?.plan).toMatchObject({
      revision: 2,
      places: [{ path: '', ownSince: 1, treeSince: 1 }],
    });
  });

  test('is one consistent picture while others change everything', async () => {
    const world = new World();
    for (const id of ['a', 'b']) await world.put(document(id, '0'));
    let going = true;
    const changing = (async () => {
      for (let i = 1; going && i < 500; i += 1) for (const id of ['a', 'b']) await world.put(document(id, String(i)));
    })();
    for (let i = 0; i < 60; i += 1) {
      const { generation, changed } = await changesSince(world.redis, world.store, '0');
      const revisions = [...changed].map(([, definition]) => definition?.plan.revision);
      // Every change makes a generation, so the last one belongs to the last change.
      expect(Math.max(...revisions.map(Number))).toBe(Number(generation));
      expect(Math.min(...revisions.map(Number))).toBe(Number(generation) - 1);
    }
    going = false;
    await changing;
  });
});

test('an automation that means the same as what stands there changes nothing: no generation, no revision, no write', async () => {
  const world = new World();
  const trigger = { posture: 'Reactive', expect: ['x', 'y'], within: 600, threshold: 2 };
  const first = { id: 'a', name: 'A', trigger, actions: [{ type: 'call' }] };
  expect(await world.put(first)).toBe(1);
  await world.meet('x');
  const before = await world.state();
  for (let i = 0; i < 25; i += 1) expect(await world.at(i).put(first)).toBe(1);
  const exported = { ...first, created: 'now', trigger: { id: 't', ...trigger, expect: ['y', 'x'], within: '10m' } };
  expect(await world.put(exported)).toBe(1);
  expect(await world.state()).toEqual(before);
  // Another action is another revision, and the open window stays.
  expect(await world.put({ ...first, actions: [{ type: 'page' }] })).toBe(2);
  const windows = Object.keys(before).filter((key) => key.startsWith('window:'));
  expect(Object.keys(await world.state())).toEqual(expect.arrayContaining(windows));
  expect(await world.put({ ...first, actions: [{ type: 'page' }], enabled: false })).toBe(3);
});
