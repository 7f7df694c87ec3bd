import { expect, test } from 'vitest';
import { World } from '../support/world.ts';

const counting = { posture: 'Reactive', expect: ['x'], for_each: ['id'] };
const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 10 };

/** The first firing of an automation that meets an `a` at 0 and an `x` at 20, and its children. */
async function firings(trigger: object, { id = 'a', resource = 'r', x = 'x1', a = 'a1' } = {}) {
  const world = new World();
  await world.put({ id, name: 'A', trigger });
  await world.meet('a', { id: a, resource });
  await world.at(20).meet('x', { id: x, resource });
  return await world.firings();
}

const idOf = async (...parts: Parameters<typeof firings>): Promise<string> => (await firings(...parts))[0]?.id ?? '';

test('the id of a firing depends on automation, definition, key and cause', async () => {
  const ids = [
    await idOf(counting),
    await idOf(counting, { id: 'b' }),
    await idOf({ ...counting, match: { id: '*' } }),
    await idOf(counting, { resource: 'q' }),
    await idOf(counting, { x: 'x2' }),
    await idOf(watch),
    await idOf(watch, { a: 'a2' }),
    await idOf({ ...watch, within: 11 }),
  ];
  expect(new Set(ids.filter((id) => /^[0-9a-f]{32}$/.test(id))).size).toBe(ids.length);
});

test('and on its place, for children of one definition, and on nothing else', async () => {
  const trigger = { type: 'compound', require: 'all', triggers: [counting, counting] };
  const [first] = await firings(trigger);
  const [again] = await firings(trigger);
  const children = first?.children.map(({ id }) => id) ?? [];
  expect(new Set([first?.id, ...children]).size).toBe(3);
  expect(again?.children.map(({ id }) => id)).toEqual(children);
  expect(again?.id).toBe(first?.id);
});

/** A job whose firing was decided before an upgrade must be recognised after it. */
test('ids stay what they are from one release to the next', async () => {
  const compound = { type: 'compound', require: 'any', triggers: [counting] };
  const told = [await firings(counting), await firings(watch), await firings(compound)].flat();
  expect(told.map(({ state, id }) => [state, id])).toEqual([
    ['Triggered', 'd1f8d57a049de5ae539a8db39f13d6f3'],
    ['Triggered', '07cacd62a40b12d48af2996bb324ff7c'],
    ['Resolved', '54a3a801066ac3114222c9df4d1a6b87'],
    ['Triggered', 'f1df03e877aad405e4443eb2c88db88e'],
  ]);
});
