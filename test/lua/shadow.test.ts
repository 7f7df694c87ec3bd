import { expect, test } from 'vitest';
import { parseAutomation } from '../../src/model/automation.ts';
import { jobsOf } from '../../src/relay/jobs.ts';
import { playOn } from '../support/timeline.ts';
import { World } from '../support/world.ts';

const reactive = { posture: 'Reactive', expect: ['x'], for_each: ['id'] };
const alerting = { ...reactive, resolve: { on: ['ok'], after: 30 }, remind: 20, remind_limit: 2 };
const absent = { posture: 'Proactive', after: ['x'], expect: ['ok'], within: 10, for_each: ['id'] };
const listener = { id: 'l', name: 'L', trigger: { posture: 'Reactive', expect: ['automation.*'] } };

async function inShadow(trigger: object, mode: object = { mode: 'shadow' }): Promise<World> {
  const world = new World();
  await world.put(listener);
  await world.put({ id: 'a', name: 'A', trigger, ...mode });
  return world;
}

/** The firings of the automation: state, and whether they came out in shadow. */
async function told(world: World): Promise<string[]> {
  const firings = (await world.firings()).filter(({ automation }) => automation === 'a');
  return firings.map(({ state, shadow, reminder }) => {
    return [state, ...(reminder === undefined ? [] : [`#${reminder}`]), shadow ? 'shadow' : 'live'].join(' ');
  });
}

const heard = async (world: World): Promise<number> =>
  (await world.firings()).filter(({ automation }) => automation === 'l').length;

test('in shadow a firing is recorded and counted, and no automation hears of it', async () => {
  const world = await inShadow(reactive);
  expect(await playOn(world, 'x@0 x@1')).toBe('fired fired');
  expect(await told(world)).toEqual(['Triggered shadow', 'Triggered shadow']);
  expect(await heard(world)).toBe(0);
  expect(await world.redis.hget(world.store.keys.counters, 'shadow')).toBe('2');
});

test('it makes no jobs', async () => {
  const world = await inShadow(reactive);
  await playOn(world, 'x@0');
  const [firing] = await world.firings();
  const automation = parseAutomation({ id: 'a', name: 'A', trigger: reactive, actions: [{ type: 'mail' }] });
  if (!firing) throw new Error('nothing fired');
  expect(jobsOf(firing, automation)).toEqual([]);
  expect(jobsOf({ ...firing, shadow: undefined as never }, automation)).toHaveLength(1);
});

test('a document without mode leaves it in shadow, and one that says live promotes it', async () => {
  const world = await inShadow(reactive);
  const modeNow = async (): Promise<unknown> =>
    JSON.parse((await world.redis.hget(world.store.keys.automations, 'a')) ?? '{}').mode;
  await world.put({ id: 'a', name: 'renamed', trigger: reactive });
  expect(await modeNow()).toBe('shadow');
  await world.put({ id: 'a', name: 'renamed', trigger: reactive, mode: 'live' });
  expect(await modeNow()).toBe('live');
  await world.put({ id: 'a', name: 'renamed', trigger: reactive });
  await playOn(world, 'x@0');
  expect(await told(world)).toEqual(['Triggered live']);
  expect(await heard(world)).toBe(1);
});

test('promotion keeps what was counted', async () => {
  const world = await inShadow({ ...reactive, threshold: 2, within: 60 });
  await playOn(world, 'x@0');
  await world.put({ id: 'a', name: 'A', trigger: { ...reactive, threshold: 2, within: 60 }, mode: 'live' });
  expect(await playOn(world, 'x@1')).toMatch(/^fired/);
  expect(await told(world)).toEqual(['Triggered live']);
});

test.each<[what: string, trigger: object, before: string, after: string, told: string[]]>([
  ['of a Reactive key, by an event', alerting, 'x@0', 'ok@5', ['Triggered shadow', 'Resolved shadow']],
  [
    'by time, behind its reminders',
    alerting,
    'x@0',
    '-@40',
    ['Triggered shadow', 'Triggered #1 shadow', 'Resolved shadow'],
  ],
  ['of an absence', absent, 'x@0 -@10', 'ok@15', ['Triggered shadow', 'Resolved shadow']],
  [
    'but one that is renewed by a firing that is live ends live',
    absent,
    'x@0 -@10',
    'x@20 -@30 ok@35',
    ['Triggered shadow', 'Triggered live', 'Resolved live'],
  ],
])(
  'an alert that was set in shadow ends in shadow after the promotion: %s',
  async (_what, trigger, before, after, expected) => {
    const world = await inShadow(trigger);
    await playOn(world, before);
    await world.put({ id: 'a', name: 'A', trigger, mode: 'live' });
    await playOn(world, after);
    expect(await told(world)).toEqual(expected);
  },
);

test.each<[what: string, trigger: object, line: string]>([
  ['an alert', alerting, 'x@0 ok@5'],
  ['an absence', absent, 'x@0 -@10 ok@15'],
])('what was live ends in shadow once its automation is there: %s', async (_what, trigger, line) => {
  const world = await inShadow(trigger, {});
  const [last = '', ...steps] = line.split(' ').reverse();
  await playOn(world, steps.reverse().join(' '));
  await world.put({ id: 'a', name: 'A', trigger, mode: 'shadow' });
  await playOn(world, last);
  expect(await told(world)).toEqual(['Triggered live', 'Resolved shadow']);
});

test('a composite comes out in shadow as one firing', async () => {
  const world = await inShadow({
    type: 'compound',
    require: 'all',
    triggers: [reactive, { ...reactive, expect: ['y'] }],
  });
  await playOn(world, 'x@0 y@1');
  expect(await told(world)).toEqual(['Triggered shadow']);
});
