import { describe, expect, test } from 'vitest';
import type { Snapshot, StreamValue } from '../support/snapshot.ts';
import { ms, World } from '../support/world.ts';

const MINUTES = 60;

/** The ids of the events that fired, in order: one automation fires for every event named `x`. */
async function listener(): Promise<World> {
  const world = new World();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  return world;
}

async function fired(world: World): Promise<string[]> {
  return (await world.firings()).map(({ event }) => event?.id ?? '-');
}

describe('an event that follows another', () => {
  test('waits for it, out of the log, and changes neither the clock nor the seen memory', async () => {
    const world = await listener();
    expect(await world.meet('x', { id: 'f', follows: 'leader', t: -5 })).toBe('parked');
    const state = await world.state();
    expect(state).toMatchObject({ parked: { f: ms(0) }, counters: { parked: '1' } });
    expect(state.clock).toEqual({ position: state.position });
    expect(Object.keys(state).filter((key) => key.startsWith('seen'))).toEqual([]);
    expect(await fired(world)).toEqual([]);
  });

  test('goes on once its leader is applied, and nothing of it is left behind', async () => {
    const world = await listener();
    await world.meet('x', { id: 'f', follows: 'leader' });
    await world.at(1).meet('x', { id: 'leader' });
    expect(await fired(world)).toEqual(['leader', 'f']);
    expect(Object.keys(await world.state()).filter((key) => /^(parked|followers)/.test(key))).toEqual([]);
  });

  test('keeps the time it was first received', async () => {
    const world = await listener();
    await world.at(3).meet('x', { id: 'f', follows: 'leader', t: 2 });
    await world.at(10).meet('x', { id: 'leader', t: 1 });
    const [, follower] = await world.firings();
    expect(follower?.event).toMatchObject({ received: new Date(ms(3)).toISOString() });
    // U is the time it was received first, too.
    expect((await world.state()).clock).toMatchObject({ newest: String(ms(2)), arrival: String(ms(3)) });
  });

  test('does not wait for itself', async () => {
    const world = await listener();
    await world.meet('x', { id: 'f', follows: 'f' });
    expect(await fired(world)).toEqual(['f']);
  });

  test('comes with its siblings in order of occurrence; those of the same time in order of arrival', async () => {
    const world = await listener();
    const sent: [id: string, t: number][] = [
      ['z', 5],
      ['late', 7],
      ['b', 5],
      ['a', 5],
      ['early', -3],
    ];
    for (const [id, t] of sent) await world.at(8).meet('x', { id, t, follows: 'leader' });
    await world.at(9).meet('x', { id: 'c', t: 5, follows: 'leader' });
    await world.at(10).meet('x', { id: 'leader' });
    expect(await fired(world)).toEqual(['leader', 'early', 'z', 'b', 'a', 'c', 'late']);
  });

  test('of the same time and millisecond comes in order of arrival, whatever the number of its entry', async () => {
    const world = await listener();
    const { events } = world.store.keys;
    const entries = ['9', '10', '999999999999', '1000000000000', '9007199254740993', '18446744073709551614'];
    for (const [i, number] of entries.entries()) {
      const document = {
        id: `f${i}`,
        event: 'x',
        resource: { id: 'r' },
        follows: 'leader',
        occurred: new Date(ms(0)).toISOString(),
      };
      await world.redis.xadd(events, `${ms(0)}-${number}`, 'data', JSON.stringify(document));
    }
    await world.drain();
    await world.at(1).meet('x', { id: 'leader' });
    expect(await fired(world)).toEqual(['leader', 'f0', 'f1', 'f2', 'f3', 'f4', 'f5']);
  });

  test('comes before its own followers, generation by generation', async () => {
    const world = await listener();
    await world.meet('x', { id: 'grandchild', follows: 'child 1' });
    await world.meet('x', { id: 'child 2', follows: 'leader', t: -1 });
    await world.meet('x', { id: 'child 1', follows: 'leader', t: -2 });
    await world.meet('x', { id: 'great-grandchild', follows: 'grandchild' });
    await world.at(1).meet('x', { id: 'leader' });
    expect(await fired(world)).toEqual(['leader', 'child 1', 'child 2', 'grandchild', 'great-grandchild']);
  });

  test('stands behind what is in the log when its leader is applied', async () => {
    const world = await listener();
    await world.meet('x', { id: 'f', follows: 'leader' });
    await world.at(1).send('x', { id: 'leader' });
    await world.send('x', { id: 'behind' });
    await world.drain();
    expect(await fired(world)).toEqual(['leader', 'behind', 'f']);
  });

  test.each([
    ['the same', { follows: 'leader' }],
    ['one that follows nobody', {}],
    ['one that follows somebody who is known', { follows: 'known' }],
  ])('is not replaced by a copy, %s', async (_, copy) => {
    const world = await listener();
    await world.meet('x', { id: 'known' });
    await world.meet('x', { id: 'f', follows: 'leader', payload: { first: true } });
    const {
      counters: _counters,
      position: _position,
      events: _events,
      clock: clockBefore,
      ...before
    } = await world.state();
    expect(await world.at(1).meet('y', { id: 'f', ...copy })).toBe('duplicate');
    const { counters, position, events: _e, clock, ...after } = await world.state();
    expect(after).toEqual(before);
    expect(clock).toEqual({ ...(clockBefore as object), position });
    expect(counters).toMatchObject({ duplicate: '1' });
    await world.meet('x', { id: 'leader' });
    expect((await world.firings()).at(-1)?.event).toMatchObject({ id: 'f', payload: { first: true } });
  });

  test('that was let go is applied, although a copy of it was parked meanwhile', async () => {
    const world = await listener();
    await world.meet('x', { id: 'f', follows: 'leader', payload: { first: true } });
    await world.at(15 * MINUTES).send('x', { id: 'f', follows: 'leader' });
    // The first one is let go behind the copy, which is parked in its turn.
    await world.settle();
    expect(await world.drain()).toEqual(['parked', 'applied fired']);
    expect((await world.firings())[0]?.event).toMatchObject({ id: 'f', payload: { first: true } });
    await world.meet('x', { id: 'leader' });
    expect(await fired(world)).toEqual(['f', 'leader']);
  });
});

test.each([[1], [3], [100]])(
  'in chunks of %d leaders, followers and copies of them are what they are',
  async (size) => {
    const world = await listener();
    for (const id of ['f', 'f']) await world.send('x', { id, follows: 'leader' });
    await world.send('x', { id: 'g', follows: 'leader', t: -1 });
    await world.send('x', { id: 'leader' });
    await world.send('x', { id: 'f', follows: 'leader' });
    const words: string[] = [];
    for (let entries = await world.waiting(size); entries.length > 0; entries = await world.waiting(size))
      words.push(...(await world.apply(entries)).words);
    const fires = 'applied fired';
    expect(words).toEqual(['parked', 'duplicate', 'parked', fires, fires, fires, 'duplicate']);
    expect(await fired(world)).toEqual(['leader', 'f', 'g']);
    expect(Object.keys(await world.state()).filter((key) => /^(parked|followers)/.test(key))).toEqual([]);
  },
);

test('what is a duplicate or parked meets no trigger, and what comes behind it meets its own', async () => {
  const world = new World();
  const trigger = { posture: 'Reactive', expect: ['x'], threshold: 9, within: 60, for_each: ['id'] };
  await world.put({ id: 'a', name: 'A', trigger });
  for (const id of ['e', 'e', 'last']) await world.send('x', { id, resource: id });
  await world.send('x', { follows: 'nobody', resource: 'waits' });
  await world.send('x', { resource: 'behind' });
  expect((await world.apply()).words).toEqual([
    'applied counted',
    'duplicate',
    'applied counted',
    'parked',
    'applied counted',
  ]);
  const { name } = await world.node('a');
  expect((await world.redis.hkeys(world.store.prefixes.windows + name)).sort()).toEqual(['behind', 'e', 'last']);
});

describe('a follower whose leader does not come', () => {
  test.each([
    [15 * MINUTES - 0.001, []],
    [15 * MINUTES, ['f']],
  ])('is let go after 15 minutes: at %d s', async (at, expected) => {
    const world = await listener();
    await world.meet('x', { id: 'f', follows: 'leader' });
    await world.at(at).settle();
    await world.drain();
    expect(await fired(world)).toEqual(expected);
  });

  test('does not wait again, though its leader is unknown still', async () => {
    const world = await listener();
    await world.meet('x', { id: 'f', follows: 'leader' });
    await world.at(15 * MINUTES).settle();
    expect(await world.drain()).toEqual(['applied fired']);
    expect(Object.keys(await world.state()).filter((key) => /^(parked|followers)/.test(key))).toEqual([]);
  });

  test('is let go with others in order of occurrence, behind the firings that were due', async () => {
    const world = await listener();
    await world.put({
      id: 'd',
      name: 'D',
      trigger: { posture: 'Proactive', after: ['arm'], expect: ['y'], within: 900 },
    });
    await world.put({ id: 'l', name: 'L', trigger: { posture: 'Reactive', expect: ['automation.triggered'] } });
    await world.meet('arm');
    await world.meet('x', { id: 'second', follows: 'one' });
    await world.meet('x', { id: 'first', follows: 'other', t: -1 });
    await world.at(15 * MINUTES).settle();
    const entries = ((await world.state()).events as StreamValue).entries.slice(-3);
    expect(entries.map(([, fields]) => Object.keys(fields)[0])).toEqual(['firing', 'released', 'released']);
    await world.drain();
    const own = (await fired(world)).filter((id) => id === 'first' || id === 'second');
    expect(own).toEqual(['first', 'second']);
  });

  test('is let go in order of arrival among those that occurred at the same time', async () => {
    const world = await listener();
    for (const id of ['z', 'b', 'a']) await world.meet('x', { id, follows: 'leader', t: -1 });
    await world.at(15 * MINUTES).settle();
    await world.drain();
    expect(await fired(world)).toEqual(['z', 'b', 'a']);
  });

  test('stays while entries older than its time have not been applied', async () => {
    const world = await listener();
    await world.meet('x', { id: 'f', follows: 'leader' });
    await world.at(10).send('y');
    await world.at(20 * MINUTES).settle();
    expect(await world.waiting()).toHaveLength(1);
    await world.drain();
    await world.settle();
    await world.drain();
    expect(await fired(world)).toEqual(['f']);
  });
});

describe('the clock', () => {
  const clockAfter = async (...sent: [at: number, t: number, extra?: object][]): Promise<unknown> => {
    const world = await listener();
    for (const [at, t, extra] of sent) await world.at(at).meet('x', { t, ...extra });
    return timesOf(await world.state());
  };
  /** Without the copy of the position, which moves with each entry. */
  const timesOf = ({ clock: found }: Snapshot) => ({ ...(found as object), position: undefined, settled: undefined });
  const clock = (newest: number, arrival: number) => ({ newest: String(ms(newest)), arrival: String(ms(arrival)) });

  test('moves with an event that happened later than all before', async () => {
    expect(await clockAfter([0, -5], [3, -2])).toEqual(clock(-2, 3));
  });

  test('stays for one that is older, or as old', async () => {
    expect(await clockAfter([0, -5], [3, -5], [4, -9])).toEqual(clock(-5, 0));
  });

  test('never passes the time an event was received', async () => {
    expect(await clockAfter([0, 99])).toEqual(clock(0, 0));
  });

  test('is not moved by parked events, duplicates, rejected and ignored entries', async () => {
    const world = await listener();
    await world.meet('x', { id: 'e' });
    const before = timesOf(await world.state());
    await world.at(5).send('x', { id: 'e' });
    await world.send('x', { follows: 'nobody' });
    await world.send('prefect.log.write');
    await world.append(['data', '[]']);
    expect(await world.drain()).toEqual(['duplicate', 'parked', 'ignored', 'rejected']);
    expect(timesOf(await world.state())).toEqual(before);
  });

  test('is not moved by the events of the engine itself', async () => {
    const world = await listener();
    await world.put({ id: 'd', name: 'D', trigger: { posture: 'Proactive', after: ['a'], expect: ['y'], within: 10 } });
    await world.put({
      id: 'l',
      name: 'L',
      trigger: { posture: 'Reactive', expect: ['automation.triggered'], threshold: 9 },
    });
    // What an absence says happened later than all events.
    await world.meet('a', { t: -5 });
    await world.at(20).settle();
    expect(await world.drain()).toEqual(['applied counted']);
    expect(timesOf(await world.state())).toEqual(clock(-5, 0));
    // But by one from outside that comes in the same call.
    await world.meet('a', { t: 30 });
    await world.at(60).settle();
    await world.send('x', { t: 50 });
    expect((await world.apply()).words).toEqual(['applied counted', 'applied fired']);
    expect(timesOf(await world.state())).toEqual(clock(50, 60));
  });
});
