import { expect, inject, test } from 'vitest';
import type { Io } from '../../src/cli/verb.ts';
import { printAbsence } from '../../src/cli/view/absence.ts';
import { explainAbsence } from '../../src/replay/absence.ts';
import { namespaceOf } from '../replay/recorded-world.ts';
import { iso, World } from '../support/world.ts';
import { runIn } from './run.ts';

const overdue = {
  id: 'overdue',
  name: 'Not shipped',
  trigger: { posture: 'Proactive', after: ['order.placed'], expect: ['order.shipped'], for_each: ['id'], within: 900 },
};
const silver = {
  id: 'silver',
  name: 'Silver shipped',
  trigger: { posture: 'Reactive', match: { tier: 'silver' }, expect: ['order.shipped'], where: 'payload.total > 100' },
};
const failing = {
  id: 'failing',
  name: 'Failing customer',
  trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold: 2, within: 60 },
};

async function worldOf(...documents: object[]): Promise<World> {
  const world = await World.claimed();
  for (const document of documents) await world.put(document);
  return world;
}

const scratch = (): string[] => ['--scratch', inject('adminUrl')];
const text = (lines: readonly string[]): string => lines.join('\n').replace(/ +/g, ' ');

test('riddle one: an event whose name is misspelt stands beside the name that was meant', async () => {
  const world = await worldOf(overdue, silver);
  await world.meet('order.placed', { id: 'e1', resource: 'order.1' });
  await world.at(60).meet('order.shiped', { id: 'e2', resource: { id: 'order.1', tier: 'gold' } });
  const cli = runIn(world.namespace);
  const all = await cli(['explain', 'e2', ...scratch()]);
  expect(all).toMatchObject({ status: 0, err: [] });
  expect(text(all.out)).toContain('outcome applied');
  expect(text(all.out)).toContain('Not shipped event is "order.shiped", expected "order.shipped"');
  const one = await cli(['explain', 'e2', 'silver', ...scratch()]);
  expect(text(one.out)).toContain('NO expect: event is "order.shiped", expected "order.shipped"');
  expect(text(one.out)).toContain('NO match.tier: tier is "gold", expected "silver"');
  expect(text(one.out)).toContain('NO where: payload.total > 100 is not to be answered');
  expect(text(one.out)).toContain('(payload.total is missing)');
});

test('riddle two: a key that rests after a firing says so, with its window before and after', async () => {
  const world = await worldOf(failing);
  for (const [i, at] of [0, 5, 10].entries()) await world.at(at).meet('order.failed', { id: `e${i}`, resource: 'c.7' });
  const cli = runIn(world.namespace);
  const { out } = await cli(['explain', 'e2', 'failing', ...scratch()]);
  const word = (await world.redis.hgetall(world.store.keys.counters)).applied;
  expect(word).toBe('3');
  expect(text(out)).toContain('key id=c.7');
  expect(text(out)).toMatch(/before \[.*\) 0\/2, rests until its start/);
  expect(text(out)).toMatch(/word (late|resting): /);
  const why = await cli(['explain', '--absence', 'failing', 'c.7']);
  expect(text(why.out)).toContain('so it has fired and rests');
});

test('a key is quiet after a firing until its cooldown is over, and no longer', async () => {
  const world = await worldOf({ ...failing, trigger: { ...failing.trigger, threshold: 1, within: 0, cooldown: 60 } });
  await world.meet('order.failed', { id: 'e1', resource: 'c.7' });
  const told = async (): Promise<string> => {
    const out: string[] = [];
    const io = { out: (line: string) => void out.push(line), columns: null } as unknown as Io;
    printAbsence(await explainAbsence(namespaceOf(world), 'failing', ['c.7']), {}, io);
    return text(out);
  };
  world.at(59);
  expect(await told()).toContain(`quiet after a firing, until ${iso(60)}`);
  expect(await told()).toContain('so it is quiet after a firing');
  world.at(61);
  expect(await told()).not.toContain('quiet after');
});

test('riddle three: an expected event that is parked holds the absence, and its leader is named', async () => {
  const world = await worldOf(overdue);
  await world.meet('order.placed', { id: 'e1', resource: 'order.1' });
  await world.at(890).meet('order.shipped', { id: 'e3', resource: 'order.1', follows: 'e2' });
  world.at(950);
  const cli = runIn(world.namespace);
  const { out, status } = await cli(['explain', '--absence', 'Not shipped', 'id=order.1']);
  expect(status).toBe(0);
  expect(text(out)).toContain(`parked order.shipped e3 waits for e2, until ${iso(890 + 900)}`);
  expect(text(out)).toContain('so the absence is held until the parked event is back');
  const event = await cli(['explain', 'e3', ...scratch()]);
  expect(text(event.out)).toContain('outcome parked: it waits for the event that it follows');
  expect(text(event.out)).toContain('follows e2');
  const json = JSON.parse((await cli(['explain', '--absence', 'overdue', 'order.1', '-o', 'json'])).out.join(''));
  expect(json).toMatchObject({
    enabled: true,
    labels: { id: 'order.1' },
    triggers: [{ parked: [{ id: 'e3', follows: 'e2' }], armed: { id: 'e1' }, window: { awaits_parked: 1 } }],
  });
});

test('an event that nobody was interested in for its key alone is named beside the absence', async () => {
  const world = await worldOf(overdue);
  await world.meet('order.placed', { id: 'e1', resource: 'order.1' });
  await world.at(5).meet('order.shiped', { id: 'e2', resource: 'order.1' });
  const { out } = await runIn(world.namespace)(['explain', '--absence', 'overdue', 'order.1']);
  expect(text(out)).toMatch(/not it order\.shiped e2, .*: event is "order\.shiped", expected "order\.shipped"/);
  expect(text(out)).toContain('armed last by order.placed e1');
});

test('the state is that of then, also where the definition was changed or deleted since', async () => {
  const world = await worldOf(failing);
  await world.meet('order.failed', { id: 'e0', resource: 'c.7' });
  await world.at(1).meet('order.failed', { id: 'e1', resource: 'c.7' });
  await world.put({ ...failing, trigger: { ...failing.trigger, threshold: 5 } });
  await world.at(2).meet('order.failed', { id: 'e2', resource: 'c.7' });
  const cli = runIn(world.namespace);
  const wordOf = async (id: string): Promise<unknown> =>
    JSON.parse((await cli(['explain', id, '-o', 'json', ...scratch()])).out.join('')).automations[0]?.triggers[0]?.word;
  expect([await wordOf('e0'), await wordOf('e1'), await wordOf('e2')]).toEqual(['counted', 'fired', 'counted']);
});

test('what is not there, or no key, is refused with what is needed', async () => {
  const world = await worldOf(overdue);
  const cli = runIn(world.namespace);
  const gone = await cli(['explain', 'e9', ...scratch()]);
  expect(gone).toMatchObject({ status: 1, out: [] });
  expect(gone.err.join()).toContain('no entry of the log is the event "e9"');
  const key = await cli(['explain', '--absence', 'overdue']);
  expect(key).toMatchObject({ status: 2 });
  expect(key.err.join()).toContain('key: needs id');
});
