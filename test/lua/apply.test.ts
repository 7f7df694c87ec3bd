import { describe, expect, test } from 'vitest';
import { chunkOf } from '../../src/apply/chunk.ts';
import { Poison } from '../../src/apply/poison.ts';
import { apply } from '../../src/redis/steps/apply.ts';
import { indexFaults } from '../support/deadlines.ts';
import { difference, type StreamValue } from '../support/snapshot.ts';
import { ms, World } from '../support/world.ts';

const counting = {
  id: 'a',
  name: 'A',
  trigger: { posture: 'Reactive', expect: ['x'], threshold: 3, within: 60, for_each: ['id'] },
};
const deadMan = {
  id: 'd',
  name: 'D',
  trigger: { posture: 'Proactive', after: ['x'], expect: ['y'], within: 10, for_each: ['id'] },
};

const dead = (state: Awaited<ReturnType<World['state']>>) =>
  ((state.dead ?? { entries: [] }) as StreamValue).entries.map(([, fields]) => fields);

describe('the position is a fence', () => {
  test('a chunk is not applied while an entry lies between it and the position', async () => {
    const world = new World();
    await world.put(counting);
    await world.send('x');
    await world.send('x');
    const before = await world.state();
    const [, second] = await world.waiting();
    expect(await world.apply([second!])).toMatchObject({ word: 'not-my-turn', position: '0-0', words: [] });
    expect(await world.state()).toEqual(before);
  });

  test('a repeated call changes nothing at all', async () => {
    const world = new World();
    await world.put(counting);
    await world.put(deadMan);
    for (let i = 0; i < 4; i += 1) await world.at(i * 4).send('x');
    await world.append(['event', 'x']);
    await world.send('x', { follows: 'nobody' });
    const chunk = await world.chunk(await world.read());
    expect(await apply(world.redis, world.store, chunk)).toMatchObject({
      word: 'applied',
      words: [
        'applied counted armed',
        'applied counted open',
        'applied fired open',
        'applied resting armed',
        'rejected',
        'parked',
      ],
    });
    const after = await world.state();
    const { position } = after;
    for (let i = 0; i < 2; i += 1) {
      expect(await apply(world.redis, world.store, chunk)).toEqual({
        word: 'already-applied',
        position,
        wakeMs: null,
        error: '',
        words: [],
      });
    }
    expect(await world.state()).toEqual(after);
  });

  test('entries that a failover took back, in the hands of a worker, leave no trace', async () => {
    const world = new World();
    await world.put(counting);
    for (let i = 0; i < 3; i += 1) await world.send('x');
    const entries = await world.read();
    // The replica that took over never had the last two.
    await world.redis.xdel(world.store.keys.events, ...entries.slice(1).map(({ id }) => id));
    const before = await world.state();
    expect(await world.apply(entries)).toMatchObject({ word: 'gone', position: '0-0', words: [] });
    expect(await world.state()).toEqual(before);
    await world.drain();
    const after = await world.state();
    expect(await world.apply(entries.slice(1))).toMatchObject({ word: 'gone', position: entries[0]?.id });
    expect(await world.state()).toEqual(after);
  });

  test('of a chunk that was applied in part only the rest takes effect', async () => {
    const world = new World();
    const other = new World();
    for (const each of [world, other]) {
      await each.put(counting);
      for (const [i, resource] of ['p', 'q', 'r', 'r'].entries()) await each.send('x', { id: `e${i}`, resource });
    }
    const entries = await world.waiting();
    await world.apply(entries.slice(0, 3));
    expect(await world.apply(entries.slice(1))).toMatchObject({ word: 'applied', words: ['applied counted'] });
    await other.apply();
    expect(await world.state()).toEqual(await other.state());
  });

  test('nothing is ever pending, whoever was given it and whatever became of it', async () => {
    const world = new World();
    await world.send('x');
    await world.read('gone', 1);
    await world.send('x');
    await world.read('mine', 1);
    const pending = async () => ((await world.state()).events as StreamValue).groups.engine?.pending;
    expect(await pending()).toEqual({});
    await world.apply();
    await world.send('x');
    const again = await world.read('gone', 1);
    expect(await pending()).toEqual({});
    await world.apply();
    expect((await world.apply(again)).word).toBe('already-applied');
    expect(await pending()).toEqual({});
  });

  test('a hole in the log, where an entry was deleted, holds nobody up', async () => {
    const world = new World();
    const first = await world.send('x');
    await world.send('x');
    const [, second] = await world.waiting();
    await world.redis.xdel(world.store.keys.events, first);
    expect((await world.apply([second!])).word).toBe('applied');
  });

  test('ids are compared as numbers, also beyond what a double holds', async () => {
    const world = new World();
    const ids = ['9-9', '9-10', '10-9007199254740992', '10-9007199254740993', '10-18446744073709551615'];
    for (const id of ids) await world.redis.xadd(world.store.keys.events, id, 'event', 'x', 'resource.id', 'r');
    const entries = await world.waiting();
    for (const entry of entries)
      expect(await world.apply([entry])).toMatchObject({ word: 'applied', position: entry.id });
    expect((await world.apply(entries)).word).toBe('already-applied');
  });
});

test('a chunk matched against other definitions changes nothing', async () => {
  const world = new World();
  await world.put(counting);
  await world.send('x');
  const chunk = await world.chunk(await world.read());
  await world.put({ ...counting, name: 'renamed' });
  const before = await world.state();
  expect(await apply(world.redis, world.store, chunk)).toMatchObject({ word: 'stale-definitions', words: [] });
  expect(await world.state()).toEqual(before);
});

describe('what is due before an entry', () => {
  async function overdue(): Promise<World> {
    const world = new World();
    await world.put(deadMan);
    await world.put({ id: 'l', name: 'L', trigger: { posture: 'Reactive', expect: ['automation.triggered'] } });
    for (let i = 0; i < 7; i += 1) await world.at(i).meet('x', { id: `x${i}`, resource: `r${i % 5}` });
    for (let i = 0; i < 3; i += 1) await world.at(30 + i * 2).send('x', { id: `late${i}`, resource: 'r1' });
    return world;
  }

  test('is split by the limit without changing anything in the end', async () => {
    const whole = await overdue();
    await whole.apply();
    const expected = await whole.state();
    for (const limit of [1, 2, 3]) {
      const world = await overdue();
      const words: string[] = [];
      for (let word = ''; word !== 'applied'; words.push(word)) {
        const chunk = await world.chunk((await world.waiting()).slice(0, 3));
        ({ word } = await apply(world.redis, world.store, chunk, limit));
      }
      expect(words.length, `calls with a limit of ${limit}`).toBe(Math.ceil(5 / limit));
      expect(await world.state()).toEqual(expected);
    }
  });

  test('comes out before the entry, in the same call', async () => {
    const world = await overdue();
    await world.apply((await world.waiting()).slice(0, 1));
    expect(await world.told()).toEqual([
      'd triggered@10 r0 x5',
      'd triggered@11 r1 x6',
      'd triggered@12 r2 x2',
      'd triggered@13 r3 x3',
      'd triggered@14 r4 x4',
    ]);
    expect(indexFaults(await world.state())).toEqual([]);
  });

  test('stays inside when the entry is ignored, a duplicate or rejected', async () => {
    const world = new World();
    await world.put(deadMan);
    await world.meet('x', { id: 'x0' });
    await world.at(60).send('prefect.log.write');
    await world.send('x', { id: 'x0' });
    await world.append(['data', '{']);
    const before = await world.state();
    expect(await world.drain()).toEqual(['ignored', 'duplicate', 'rejected']);
    const after = await world.state();
    expect(after.clock).toEqual({ ...(before.clock as object), position: after.position });
    expect(Object.keys(difference(before, after)).sort()).toEqual(['clock', 'counters', 'dead', 'position']);
  });

  test('comes out when the entry is parked', async () => {
    const world = new World();
    await world.put(deadMan);
    await world.meet('x', { id: 'x0' });
    await world.at(60).send('x', { follows: 'nobody' });
    expect(await world.drain()).toEqual(['parked']);
    expect(await world.told()).toHaveLength(1);
  });
});

describe('an entry that cannot be applied', () => {
  test('goes to the dead letters with the reason and its own fields, and nobody holds it', async () => {
    const world = new World();
    const id = await world.append(['data', '{"event":7}', 'note', 'ä']);
    await world.read('c');
    expect((await world.apply()).words).toEqual(['rejected']);
    const state = await world.state();
    expect(dead(state)).toEqual([
      {
        source: 'events',
        entry: id,
        reason: expect.stringMatching(/^\S+: /),
        error: '',
        attempts: '1',
        fields: JSON.stringify(['data', '{"event":7}', 'note', 'ä']),
      },
    ]);
    expect((state.events as StreamValue).groups.engine?.pending).toEqual({});
    expect(state).toMatchObject({ position: id, counters: { rejected: '1' } });
  });

  test('may have more fields than one call can take', async () => {
    const world = new World();
    const fields = Array.from({ length: 10_000 }, (_, i) => `f${i}`);
    const id = await world.append(fields);
    expect((await world.apply()).words).toEqual(['rejected']);
    expect(dead(await world.state())).toMatchObject([{ entry: id, fields: JSON.stringify(fields) }]);
  });

  test('leaves nothing of itself, is tried again, and is set aside after three attempts', async () => {
    const world = new World();
    await world.put(counting);
    await world.put({ ...counting, id: 'b' });
    const [a, b] = [(await world.node('a')).name, (await world.node('b')).name];
    await world.redis.hset(world.store.prefixes.windows + b, 'bad', 'no window');
    for (const id of ['r', 'bad', 'r']) await world.send('x', { resource: id });
    const entries = await world.read();
    const failed = { word: 'failed', position: entries[0]!.id, error: expect.stringContaining('bad cannot be read') };
    expect(await world.apply()).toMatchObject({ ...failed, words: ['applied counted counted'] });
    const before = await world.state();
    expect(dead(before)).toEqual([]);
    // The trigger that it met first has nothing of it, and its id is not remembered.
    expect(Object.keys(before[`windows:${a}`] ?? {})).toEqual(['r']);
    for (let i = 0; i < 2; i += 1) {
      expect(await world.apply(entries.slice(1))).toMatchObject({ ...failed, words: [] });
      expect(await world.state()).toEqual(before);
    }
    const poison = new Poison();
    for (let i = 0; i < 3; i += 1) poison.failed(entries[1]!.id, new Error('no window'));
    const rest = chunkOf(entries.slice(1), world.definitions.view, poison.setAside);
    expect(await apply(world.redis, world.store, rest)).toMatchObject({
      word: 'applied',
      words: ['rejected', 'applied counted counted'],
    });
    const state = await world.state();
    expect(dead(state)).toMatchObject([{ reason: 'poison: failed 3 times', attempts: '3' }]);
    expect(state.counters).toEqual({ applied: '2', rejected: '1' });
    expect(Object.keys(state[`windows:${a}`] ?? {})).toEqual(['r']);
  });

  test('leaves those before it applied when it fails', async () => {
    const world = new World();
    await world.put(counting);
    for (const at of [5, 12, 13]) await world.at(at).send('x', { id: `e${at}` });
    const entries = await world.read();
    const chunk = await world.chunk(entries);
    // The number of a key that was not sent stops the script where the event meets it.
    Object.assign((chunk.entries[1] as { matches: object[] }).matches[0]!, { key: 7 });
    expect(await apply(world.redis, world.store, chunk)).toMatchObject({
      word: 'failed',
      position: entries[0]!.id,
      words: ['applied counted'],
      error: expect.stringMatching(/^user_script:\d+: /),
    });
    const state = await world.state();
    expect(state).toMatchObject({
      position: entries[0]!.id,
      counters: { applied: '1' },
      clock: { newest: String(ms(5)), arrival: String(ms(5)), position: entries[0]!.id },
    });
    expect((state.events as StreamValue).groups.engine?.pending).toEqual({});
    expect((await world.apply(entries)).words).toEqual(['applied counted', 'applied fired']);
  });
});
