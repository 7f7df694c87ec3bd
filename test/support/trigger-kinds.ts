import { expect } from 'vitest';
import { indexFaults } from './deadlines.ts';
import { showWindow } from './window-table.ts';
import type { World } from './world.ts';

/** One trigger of each kind, for tests of what a change does to its windows; all stand in the automation `a`. */
export const counting = {
  posture: 'Reactive',
  expect: ['x'],
  threshold: 3,
  within: 60,
  match: { zone: 'z' },
  match_related: [{ kind: 'k' }],
  for_each: ['id'],
};
export const watch = { posture: 'Proactive', after: ['a'], expect: ['x'], within: 60 };
export const standing = { posture: 'Proactive', expect: ['x'], within: 30 };
export const automation = (trigger: object, rest: object = {}) => ({ id: 'a', name: 'A', trigger, ...rest });

/** What an event has to be sent with to be counted by `counting`. */
export const sent = { resource: { id: 'r', zone: 'z' }, related: [{ id: 'o', role: 'order', kind: 'k' }] };

/** Windows of a place of `a`, as `key: window`. */
export async function windows(world: World, path = ''): Promise<string[]> {
  const { name } = await world.node('a', path);
  const state = await world.state();
  expect(indexFaults(state)).toEqual([]);
  const keys = Object.keys(state[`windows:${name}`] ?? {}).sort();
  return keys.map((key) => `${key}: ${showWindow(state, name, key)}`);
}
