import { describe, expect, test } from 'vitest';
import { indexFaults } from '../support/deadlines.ts';
import { iso, ms, seconds, World } from '../support/world.ts';

const on = (name: string, rest: object = {}) => ({ posture: 'Reactive', expect: [name], ...rest });
const compound = (triggers: object[], rest: object = {}) => ({ type: 'compound', require: 'all', triggers, ...rest });
const sequence = (names: string[], rest: object = {}) => ({
  type: 'sequence',
  triggers: names.map((name) => on(name)),
  ...rest,
});
const automation = (trigger: object) => ({ id: 'c', name: 'C', trigger });

async function worldOf(trigger: object): Promise<World> {
  const world = new World();
  await world.put(automation(trigger));
  return world;
}

/** What is stored of one composite, as `child@time keep` in seconds, in order of application. */
async function stored(world: World, group = '', path = ''): Promise<string[]> {
  const { name } = await world.node('c', path);
  const { index, ...documents } = ((await world.state())[`composite:${name}:${group}`] ?? {}) as Record<string, string>;
  const parsed = (index?.split('\n') ?? []).map((line) => {
    const [child = '', time, number, keep] = line.split(' ');
    expect(JSON.parse(documents[child] ?? '')).toMatchObject({ triggered: Number(time), state: 'Triggered' });
    delete documents[child];
    return {
      number: Number(number),
      shown: `${child.split('.')[0]}@${seconds(Number(time))} until ${seconds(Number(keep))}`,
    };
  });
  expect(documents).toEqual({});
  return parsed.sort((a, b) => a.number - b.number).map(({ shown }) => shown);
}

/** Words such as `a b@3`: events sent one a second, or with a time of their own. */
async function play(world: World, line: string): Promise<string[]> {
  const from = (world.clock.nowMs() - ms(0)) / 1_000;
  for (const [i, word] of line.split(' ').entries()) {
    const [name = '', t] = word.split('@');
    await world.at(from + i).meet(name, { id: `${name}${from + i}`, ...(t !== undefined && { t: Number(t) }) });
  }
  return await world.told();
}

describe('a compound', () => {
  test.each([
    ['any fires with the first of its children, and stores nothing', 'any', 'b', ['c triggered@0 b0 (1)'], []],
    ['two of three wait for the second', 2, 'a c', ['c triggered@1 c1 (0 2)'], []],
    ['all wait for all', 'all', 'a c', [], ['0@0 until 160', '2@1 until 161']],
    [
      'all fire when the last one comes, and all that was stored is used up',
      'all',
      'a c b a',
      ['c triggered@2 b2 (0 1 2)'],
      ['0@3 until 163'],
    ],
    ['a repeated child replaces its older firing', 'all', 'a a b', [], ['0@1 until 161', '1@2 until 162']],
    ['a stored newer firing stays', 'all', 'a a@-5 b', [], ['0@0 until 160', '1@2 until 162']],
    ['what is too old for the others is not stored', 'all', 'a b@-100.001', [], ['0@0 until 160']],
    ['an older child is forgotten earlier', 'all', 'a b@-20', [], ['0@0 until 160', '1@-20 until 140']],
    ['a firing of the same time replaces the stored one', 'all', 'a b a@0', [], ['1@1 until 161', '0@0 until 160']],
  ])('%s', async (_, require, line, told, left) => {
    const world = await worldOf(
      compound(
        ['a', 'b', 'c'].map((name) => on(name)),
        { require, within: 100 },
      ),
    );
    expect(await play(world, line)).toEqual(told);
    expect(await stored(world)).toEqual(left);
    expect(indexFaults(await world.state())).toEqual([]);
  });

  test('uses up what was stored, also when a child fires again in the same call', async () => {
    const world = await worldOf(compound([on('a'), on('b'), on('c')], { within: 100 }));
    await play(world, 'a c');
    for (const name of ['b', 'a']) await world.at(2).send(name);
    expect((await world.apply()).words).toEqual(['applied fired', 'applied fired']);
    expect(await stored(world)).toEqual(['0@2 until 162']);
  });

  test('any of its children fires it alone, also when one event fires two', async () => {
    const world = await worldOf(compound([on('a'), on('a')], { require: 'any', within: 100 }));
    expect(await play(world, 'a')).toEqual(['c triggered@0 a0 (0)']);
  });

  test('exactly `within` apart counts together, a millisecond more does not', async () => {
    const world = await worldOf(compound([on('a'), on('b')], { within: 10 }));
    await world.at(20);
    expect(await play(world, 'a@0 b@10.001')).toEqual([]);
    expect(await play(world, 'a@0.001')).toEqual(['c triggered@0.001 a21 (0 1)']);
  });

  test('without `within` a child is kept for 30 days', async () => {
    const world = await worldOf(compound([on('a'), on('b')]));
    await play(world, 'a');
    expect(await stored(world)).toEqual(['0@0 until 2592000']);
    await world.at(2_591_999.999).settle();
    expect(await stored(world)).toHaveLength(1);
    await world.at(2_592_000).settle();
    const state = await world.state();
    expect(Object.keys(state).filter((key) => /^(composite|windows):/.test(key))).toEqual([]);
  });

  test('fires once for one event that fires several children', async () => {
    const world = await worldOf(compound([on('a'), on('a'), on('b')], { require: 2, within: 10 }));
    expect(await play(world, 'a')).toEqual(['c triggered@0 a0 (0 1)']);
  });

  test('each group is on its own; no label and an empty one are the same group', async () => {
    const world = await worldOf(compound([on('a'), on('b')], { within: 100, for_each: ['zone', 'related:order:id'] }));
    const order = [{ id: 'o+1, "x"', role: 'order' }];
    await world.meet('a', { resource: { id: 'r', zone: 'z' }, related: order });
    await world.meet('b', { resource: { id: 'r', zone: 'z' } });
    await world.meet('b', { resource: { id: 'r', zone: 'z' }, related: order });
    await world.meet('a', { resource: { id: 'r', zone: 'z', 'related:order:id': '' } });
    const [first, second] = await world.firings();
    expect(first?.labels).toEqual({ 'related:order:id': 'o+1, "x"', zone: 'z' });
    expect(second?.labels).toEqual({ 'related:order:id': '', zone: 'z' });
    expect(await world.told()).toHaveLength(2);
  });

  test('finds its group whatever stands in the payload', async () => {
    const world = await worldOf(compound([on('a'), on('b')], { within: 100, for_each: ['id', 'x'] }));
    const label = 'back\\\\slash \\\\ud800 \\u00e4 \\ud83d\\ude00 \\"';
    for (const name of ['a', 'b']) {
      const payload = '{"half":"\\ud83d","\\udE00":["\\\\ud800","\\u0000"]}';
      await world.append(['data', `{"event":"${name}","resource":{"id":"r","x":"${label}"},"payload":${payload}}`]);
    }
    expect(await world.drain()).toEqual(['applied fired', 'applied fired']);
    expect((await world.firings()).map(({ labels }) => labels)).toEqual([{ id: 'r', x: JSON.parse(`"${label}"`) }]);
  });
});

test('a group is found by labels, whatever is written in other places of the event', async () => {
  const world = await worldOf(compound([on('a'), on('b')], { within: 100, for_each: ['zone', 'related:order:zone'] }));
  const traps = ['"resource":{"zone":"no"},"related":[],"occurred":', '},"related":[', '],"occurred":"', '\\"\\\\'];
  for (const [i, trap] of traps.entries()) {
    for (const name of ['a', 'b']) {
      await world.meet(name, {
        id: `${trap}${i}${name}`,
        resource: { 'related:order:zone': trap, id: trap, zone: trap },
        related: [{ id: trap, role: 'order', zone: `${trap}o` }],
        payload: { resource: { zone: 'no' }, related: [{ zone: trap }], occurred: trap },
      });
    }
  }
  const labels = (await world.firings()).map((firing) => firing.labels);
  expect(labels).toEqual(traps.map((trap) => ({ 'related:order:zone': `${trap}o`, zone: trap })));
});

describe('a sequence', () => {
  test.each([
    ['fires in order of event time, not of arrival', 'b@1 a@0', ['c triggered@0 a51 (0 1)'], []],
    ['does not fire in the wrong order', 'b@0 a@1', [], ['1@0 until 160', '0@1 until 161']],
    ['takes equal times in order of application', 'a@0 b@0', ['c triggered@0 b51 (0 1)'], []],
    [
      'takes equal times in the wrong order of application for wrong',
      'b@0 a@0',
      [],
      ['1@0 until 160', '0@0 until 160'],
    ],
  ])('%s', async (_, line, told, left) => {
    const world = await worldOf(sequence(['a', 'b'], { within: 100 }));
    world.at(50);
    expect(await play(world, line)).toEqual(told);
    expect(await stored(world)).toEqual(left);
  });

  test('goes one step for one event: the next one if it is among them', async () => {
    const world = await worldOf(sequence(['a', 'a', 'a'], { within: 100 }));
    await play(world, 'a');
    expect(await stored(world)).toEqual(['0@0 until 160']);
    await world.at(1);
    expect(await play(world, 'a a')).toEqual(['c triggered@2 a2 (0 1 2)']);
  });

  test('keeps the first of one event when the next step is not among them', async () => {
    const world = await worldOf(sequence(['a', 'b', 'b'], { within: 100 }));
    await play(world, 'b');
    expect(await stored(world)).toEqual(['1@0 until 160']);
  });

  test('begins again when the first step is out of reach', async () => {
    const world = await worldOf(sequence(['a', 'a'], { within: 5 }));
    await play(world, 'a');
    await world.at(1_000).meet('a');
    expect(await stored(world)).toEqual(['0@1000 until 1065']);
    await world.at(1_001).meet('a', { id: 'last' });
    expect(await world.told()).toEqual(['c triggered@1001 last (0 1)']);
  });

  test('whose first step moved on is out of order', async () => {
    const world = await worldOf(sequence(['a', 'b', 'c'], { within: 100 }));
    expect(await play(world, 'a b a c')).toEqual([]);
  });
});

test('a composite is evaluated after its children, each level once', async () => {
  const world = await worldOf(
    compound([compound([on('a'), on('b')], { within: 100 }), sequence(['b', 'c'], { within: 100 }), on('c')], {
      within: 100,
    }),
  );
  expect(await play(world, 'a b c')).toEqual(['c triggered@2 c2 (0 1 2)']);
  const [firing] = await world.firings();
  expect(firing).toMatchObject({ posture: '', path: '', triggered: ms(2) });
  expect(
    firing?.children.map(({ path, triggered, children }) => [path, triggered, children.map((c) => c.path)]),
  ).toEqual([
    ['0', ms(1), ['0.0', '0.1']],
    ['1', ms(2), ['1.0', '1.1']],
    ['2', ms(2), []],
  ]);
  expect(firing?.children[0]?.children[0]?.event).toMatchObject({ id: 'a0', occurred: iso(0) });
});

test('a composite gets what one event fires below it at once, however deep', async () => {
  const triggers = [compound([on('a')], { require: 'any' }), on('a')];
  const world = await worldOf({ type: 'sequence', within: 100, triggers });
  await play(world, 'a');
  // Of two at once a sequence takes one step.
  expect(await stored(world)).toEqual(['0@0 until 160']);
});

test('what was stored of a changed child neither completes nor outdates the others', async () => {
  const world = new World();
  const trigger = (name: string) => compound([on('a'), on(name), on('c')], { within: 10 });
  await world.put(automation(trigger('b')));
  await world.at(100).meet('b', { id: 'b' });
  await world.at(101).put(automation(trigger('B')));
  await world.at(102).meet('a', { t: 85 });
  expect(await stored(world)).toEqual(['0@85 until 162']);
  await world.at(103).meet('c', { t: 86 });
  expect(await world.told()).toEqual([]);
  await world.at(104).meet('B', { id: 'B', t: 87 });
  expect(await world.told()).toEqual(['c triggered@87 B (0 1 2)']);
});

test('forgetting never runs ahead of the settlement under way', async () => {
  const missing = (expect: string) => ({ posture: 'Proactive', after: ['p'], expect: [expect], within: 200 });
  const told: string[][] = [];
  for (const ticks of [[1_000], [150, 160, 180, 200, 260, 1_000]]) {
    // At 160 the first child is outdated; at 200, two absences later, the second one is not.
    const world = await worldOf(compound([on('x'), on('y'), missing('v'), missing('w')], { require: 3, within: 100 }));
    await world.meet('p', { id: 'p' });
    await world.meet('x');
    await world.at(100).meet('y');
    for (const tick of ticks) await world.at(tick).settle();
    told.push(await world.told());
    expect(indexFaults(await world.state())).toEqual([]);
  }
  expect(told).toEqual([['c triggered@200 p (1 2 3)'], ['c triggered@200 p (1 2 3)']]);
});

test('what is outdated when a late window is settled outdates nothing itself', async () => {
  const missing = { posture: 'Proactive', expect: ['x'], within: 200, threshold: 2, for_each: ['id'] };
  const world = await worldOf(compound([missing, on('y')], { within: 50 }));
  // The window ends at 200 and is due when it was opened, at 1000; then as_of goes back by the lag of 15 minutes.
  await world.at(1_000).meet('x', { t: 0 });
  await world.at(1_001).meet('y', { t: 300 });
  expect(await stored(world)).toEqual(['1@300 until 410']);
  await world.settle();
  expect(await stored(world)).toEqual(['0@200 until 1060']);
});

test('the id of a firing tells which child was stored last, whatever came with it', async () => {
  const triggers = [on('a', { within: 100 }), on('a', { match: { kind: 'k' } })];
  const ids: unknown[] = [];
  for (const before of [[], ['a']]) {
    const world = await worldOf(compound(triggers, { within: 100 }));
    // With an event before it the first child is deaf, and the second one comes alone.
    for (const name of before) await world.meet(name, { t: 0 });
    await world.at(1).meet('a', { id: 'last', resource: { id: 'r', kind: 'k' } });
    const [firing] = await world.firings();
    expect(firing).toMatchObject({ triggered: ms(1), event: { id: 'last' } });
    ids.push(firing?.id);
  }
  expect(ids[0]).toBe(ids[1]);
});
