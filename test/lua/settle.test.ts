import { describe, expect, test } from 'vitest';
import { settle } from '../../src/redis/steps/settle.ts';
import { indexFaults } from '../support/deadlines.ts';
import { difference } from '../support/snapshot.ts';
import { showWindow } from '../support/window-table.ts';
import { ms, World } from '../support/world.ts';

const DAYS30 = 30 * 24 * 3_600;

const watch = (rest: object = {}) => ({ posture: 'Proactive', after: ['a'], expect: ['x'], within: 10, ...rest });
const standing = (rest: object = {}) => ({ posture: 'Proactive', expect: ['x'], within: 10, ...rest });
const automation = (id: string, trigger: object) => ({ id, name: id, trigger });

const look = (world: World, limit?: number) => settle(world.redis, world.store, limit);

describe('how far it goes', () => {
  test('exactly to the deadline', async () => {
    const world = new World();
    await world.put(automation('a', watch()));
    await world.meet('a', { id: 'a1' });
    await world.at(9.999);
    const early = { word: 'settled', fired: 0, wakeMs: ms(10), nowMs: ms(9.999), waitingMs: null };
    expect(await look(world)).toMatchObject(early);
    await world.at(10);
    expect(await look(world)).toMatchObject({ word: 'settled', fired: 1, wakeMs: ms(10) + DAYS30 * 1_000 });
  });

  test('and says when the next one is due, also of a key that it did not come to', async () => {
    const world = new World();
    await world.put(automation('a', watch({ for_each: ['id'] })));
    for (const at of [0, 5]) await world.at(at).meet('a', { resource: `r${at}` });
    expect(await look(world.at(10))).toMatchObject({ word: 'settled', fired: 1, wakeMs: ms(15) });
  });

  test('and says so although a composite stored something and fired within the look', async () => {
    const world = new World();
    await world.put(automation('a', { type: 'sequence', within: 60, triggers: [watch(), watch({ within: 20 })] }));
    await world.meet('a');
    expect(await look(world.at(100))).toMatchObject({ word: 'settled', fired: 1, wakeMs: ms(10) + DAYS30 * 1_000 });
  });

  test('and so does a chunk that brought a deadline itself and settled it, also when nothing that stood there was due', async () => {
    const world = new World();
    await world.put(automation('a', watch({ within: 100 })));
    await world.put(automation('b', watch({ after: ['b'], expect: ['z'] })));
    await world.meet('a');
    await world.at(90).meet('noise');
    // A window of b that is over when its event comes.
    await world.send('b', { t: 20 });
    await world.send('noise');
    expect(await world.apply()).toMatchObject({ word: 'applied', wakeMs: ms(100) });
    expect(await world.told()).toEqual(['b triggered@30 e3']);
    expect(await look(world)).toMatchObject({ word: 'settled', wakeMs: ms(100) });
  });

  test('never ahead of the next entry, however late that is read', async () => {
    const world = new World();
    await world.put(automation('a', watch()));
    await world.meet('a', { id: 'a1' });
    await world.at(9).send('x');
    await world.at(1_000);
    expect(await look(world)).toMatchObject({ fired: 0, waitingMs: ms(9) });
    await world.drain();
    await world.settle();
    expect(await world.told()).toEqual([]);
  });

  test('as far as the lag allows, at most 15 minutes', async () => {
    const world = new World();
    await world.put(automation('a', watch({ within: 1_200 })));
    await world.meet('a', { t: -2_000 });
    // The window ends at -800; by the whole lag of 2000 s that would be due at 1200.
    expect(await look(world.at(99.999))).toMatchObject({ fired: 0, wakeMs: ms(100) });
    expect(await look(world.at(100))).toMatchObject({ fired: 1 });
  });

  test('a limited number of obligations a call, and all of it in the end', async () => {
    const told: unknown[] = [];
    for (const limit of [1, 3, 500]) {
      const world = new World();
      await world.put(automation('a', watch({ for_each: ['id'] })));
      await world.put(automation('b', standing({ within: 30 })));
      for (let i = 0; i < 7; i += 1) await world.at(i / 10).meet('a', { id: `a${i}`, resource: `r${i}` });
      await world.at(100);
      const words: string[] = [];
      while (words.at(-1) !== 'settled') words.push((await look(world, limit)).word);
      expect(words.length).toBe(Math.ceil(10 / limit));
      expect(indexFaults(await world.state())).toEqual([]);
      told.push(await world.state());
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[2]).toEqual(told[0]);
  });

  test('a second look at the same time finds nothing to do', async () => {
    const world = new World();
    await world.put(automation('a', watch()));
    await world.meet('a');
    await world.at(60).settle();
    const before = await world.state();
    expect(await look(world)).toMatchObject({ word: 'settled', fired: 0, released: 0 });
    expect(await world.state()).toEqual(before);
  });
});

test('when it runs changes neither the firings nor their order', async () => {
  const ticks = [[], [5, 12, 19, 31, 45, 61, 75, 90, 105], Array.from({ length: 240 }, (_, i) => i / 2)];
  const runs: string[][] = [];
  for (const looks of ticks) {
    const world = new World();
    await world.put(automation('a', watch({ for_each: ['id'] })));
    await world.put(automation('b', standing({ within: 15, expect: ['y'] })));
    await world.put(
      automation('c', { type: 'sequence', within: 40, triggers: [watch({ within: 12 }), standing({ within: 20 })] }),
    );
    const events: [number, string][] = [
      [1, 'a'],
      [4, 'x'],
      [6, 'a'],
      [30, 'y'],
      [47, 'x'],
      [48, 'a'],
      [110, 'z'],
    ];
    const steps = [...looks.map((at) => ({ at, name: '' })), ...events.map(([at, name]) => ({ at, name }))];
    for (const { at, name } of steps.sort((l, r) => l.at - r.at)) {
      world.at(at);
      if (name === '') await world.settle();
      else await world.meet(name, { id: `${name}${at}` });
      expect(indexFaults(await world.state())).toEqual([]);
    }
    runs.push((await world.firings()).map(({ id, triggered, state }) => `${id} ${triggered} ${state}`));
  }
  expect(runs[0]?.length).toBeGreaterThan(10);
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
});

describe('the index', () => {
  test('is corrected when a heartbeat moved the deadline, and nothing fires', async () => {
    const world = new World();
    await world.put(automation('a', watch({ after: ['x'], for_each: ['id'] })));
    for (let at = 0; at <= 9; at += 3) await world.at(at).meet('x', { id: `x${at}` });
    const { name } = await world.node('a');
    // Moving a deadline into the future writes nothing to the index: it says 10, the truth is 19.
    expect((await world.state())[`deadlines:${name}`]).toEqual({ r: ms(10) });
    await world.at(18.999);
    const before = await world.state();
    expect(await look(world)).toMatchObject({ fired: 0, wakeMs: ms(19) });
    expect(difference(before, await world.state())).toEqual({
      due: { [name]: ms(19) },
      [`deadlines:${name}`]: { r: ms(19) },
    });
    await world.at(19).settle();
    expect(await world.told()).toEqual(['a triggered@19 r x9']);
  });

  test('forgets a trigger without obligations, and keeps one whose definition is gone until it is back', async () => {
    const world = new World();
    await world.put(automation('a', watch()));
    await world.meet('a');
    await world.meet('x');
    await world.redis.zadd(world.store.keys.due, 0, 'gone++7');
    await world.redis.zadd(`${world.store.prefixes.deadlines}gone++7`, 0, 'k');
    await world.at(10).settle();
    const state = await world.state();
    expect([state.due, state['deadlines:gone++7']]).toEqual([{ 'gone++7': 0 }, { k: 0 }]);
    const { damage } = world.store.keys;
    const told = await world.redis.hget(damage, `${world.store.prefixes.trigger}gone++7`);
    expect(told).toMatch(/ mended was deleted/);
  });
});

describe('forgetting', () => {
  test('a silent key of a standing window after 30 days, with its alert', async () => {
    const world = new World();
    const day = 24 * 3_600;
    await world.put(automation('a', standing({ within: day, for_each: ['id'], repeat: true })));
    await world.meet('x', { id: 'x1' });
    const { name } = await world.node('a');
    for (let at = day; at < DAYS30; at += day) await world.at(at).settle();
    expect(await world.told()).toHaveLength(29);
    await world.at(DAYS30).settle();
    // The last window ends with the memory of the key, so it is judged still; then the key is forgotten, not its alert.
    expect(await world.told()).toHaveLength(30);
    expect(showWindow(await world.state(), name, 'r')).toBe(`alert ${DAYS30 - day} 1 ${2 * DAYS30}`);
    await world.at(2 * DAYS30 - 0.001).settle();
    expect(showWindow(await world.state(), name, 'r')).toBe(`alert ${DAYS30 - day} 1 ${2 * DAYS30}`);
    await world.at(2 * DAYS30).settle();
    const state = await world.state();
    expect(Object.keys(state).filter((key) => /^(windows|last|deadlines|due)/.test(key))).toEqual([]);
    expect(await world.told()).toHaveLength(30);
  });

  test('a key in the middle of a window that would end later', async () => {
    const world = new World();
    await world.put(automation('a', standing({ within: 0.6 * DAYS30, for_each: ['id'] })));
    await world.meet('x', { id: 'x1' });
    await world.at(10 * DAYS30).settle();
    expect(await world.told()).toEqual([`a triggered@${0.6 * DAYS30} r x1`]);
  });

  test('a key whose window ended later, when its next event comes before anybody looked', async () => {
    const world = new World();
    await world.put(automation('a', standing({ within: DAYS30 + 50, for_each: ['id'] })));
    await world.meet('x', { id: 'x1' });
    // From here on everything is ten minutes late: what is due is judged later than events happen.
    await world.at(DAYS30 - 100).meet('y', { t: DAYS30 - 700 });
    await world.at(DAYS30 + 100).meet('x', { id: 'x2' });
    expect(await world.told()).toEqual([]);
    const window = showWindow(await world.state(), (await world.node('a')).name, 'r');
    expect(window).toMatch(new RegExp(`^\\[${DAYS30 + 100},`));
  });

  test('an alert 30 days after it was given: it is resolved no more', async () => {
    for (const [at, told] of [
      [10 + DAYS30 - 0.001, 2],
      [10 + DAYS30, 1],
    ] as const) {
      const world = new World();
      await world.put(automation('a', watch()));
      await world.meet('a');
      await world.at(10).settle();
      await world.at(at).meet('x');
      expect(await world.told()).toHaveLength(told);
    }
  });
});

test('a window that ended without what was expected goes up through its composites', async () => {
  const world = new World();
  const trigger = {
    type: 'sequence',
    within: 100,
    for_each: ['id'],
    triggers: [
      watch({ for_each: ['id'] }),
      { type: 'compound', require: 'any', triggers: [watch({ within: 20, for_each: ['id'] })] },
    ],
  };
  await world.put(automation('c', trigger));
  for (const resource of ['q', 'p']) await world.meet('a', { id: `a-${resource}`, resource });
  await world.at(20).settle();
  expect(await world.told()).toEqual(['c triggered@20 p a-p (0 1)', 'c triggered@20 q a-q (0 1)']);
  // Alerts inside a composite end silently.
  await world.at(21).meet('x', { resource: 'p' });
  expect(await world.told()).toHaveLength(2);
});

test('with threshold 0 a window that ends misses nothing', async () => {
  const world = new World();
  await world.put(automation('a', watch({ threshold: 0 })));
  await world.put(automation('b', standing({ threshold: 0 })));
  await world.meet('a');
  await world.at(100).settle();
  expect(await world.told()).toEqual([]);
});

test('a firing is recorded once, and as an event only when somebody could want it', async () => {
  const world = new World();
  await world.put(automation('a', watch()));
  await world.meet('a', { id: 'a1', chain: ['origin'] });
  await world.at(60).settle();
  expect(await world.waiting()).toEqual([]);
  await world.put(automation('l', { posture: 'Reactive', expect: ['automation.*'] }));
  await world.meet('a', { id: 'a2', chain: ['origin'] });
  await world.at(120).settle();
  const [own] = await world.waiting();
  const [, second] = await world.firings();
  expect(own?.fields.slice(0, 4)).toEqual(['firing', second?.id, 'automation', 'a']);
  await world.drain();
  expect((await world.firings())[2]).toMatchObject({
    automation: 'l',
    event: {
      id: `s-${second?.id}`,
      event: 'automation.triggered',
      cause_chain: ['origin', 'a'],
      resource: { id: 'automation.a', posture: 'Proactive' },
    },
  });
});

test('a firing that was decided again elsewhere has the same id', async () => {
  const ids: string[][] = [];
  for (const at of [10, 500]) {
    const world = new World();
    if (at === 500)
      for (let i = 0; i < 3; i += 1) await world.put(automation(`other${i}`, watch({ expect: ['y'], after: ['z'] })));
    await world.put(automation('a', watch({ for_each: ['id'] })));
    await world.meet('a', { id: 'a1' });
    await world.at(at).settle();
    ids.push((await world.firings()).map(({ id }) => id));
  }
  expect(ids[0]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(ids[1]).toEqual(ids[0]);
});
