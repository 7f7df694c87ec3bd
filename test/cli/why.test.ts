import { Worker } from 'bullmq';
import { expect, onTestFinished, test } from 'vitest';
import { widthOf } from '../../src/cli/view/table.ts';
import { Watchfire } from '../../src/engine.ts';
import { announce } from '../../src/redis/steps/announce.ts';
import { jobsOf } from '../../src/relay/jobs.ts';
import { Queues } from '../../src/relay/queues.ts';
import { eventually } from '../support/eventually.ts';
import { iso, World } from '../support/world.ts';
import { runIn } from './run.ts';

const reactive = { posture: 'Reactive', expect: ['x'], for_each: ['id'] };
const three = { ...reactive, threshold: 3, within: '10m' };
const silence = { posture: 'Proactive', after: ['x'], expect: ['y'], within: 30, threshold: 2, for_each: ['id'] };
const actions = [{ type: 'queue', queue: 'mail', name: 'tell' }];

type Json = Record<string, unknown> & { events: { entry: string; event: { id: string } }[]; steps: Json[] };

async function worldOf(trigger: object, more: object = {}) {
  const world = await World.claimed();
  await world.put({ id: 'A', name: 'the automation', trigger, actions, ...more });
  const cli = runIn(world.namespace);
  const id = async (at = 0): Promise<string> => (await world.firings())[at]?.id ?? '';
  const asked = async (name: string): Promise<Json> =>
    JSON.parse((await cli(['why', name, '-o', 'json'])).out.join('\n'));
  return { world, cli, id, asked };
}

/** The ids of the events that were counted. */
const idsOf = ({ events }: Json): string[] => events.map(({ event }) => event.id);

/** Adds the jobs of a firing as the relay does, and has a BullMQ worker take them. */
async function handle(world: World, handler: () => Promise<void>): Promise<void> {
  const watchfire = new Watchfire({ redis: world.redis, namespace: world.namespace });
  const [recorded] = (await watchfire.firings()).firings;
  const automation = recorded && (await watchfire.automationOf(recorded));
  if (!recorded || !automation) throw new Error('nothing fired');
  const queues = new Queues(world.redis, world.store.prefixes.bull);
  const jobs = jobsOf(recorded.firing, automation).map((job) => ({ ...job, opts: { ...job.opts, attempts: 1 } }));
  await queues.add(jobs);
  await queues.close();
  const worker = new Worker('mail', handler, {
    connection: world.redis.duplicate({ maxRetriesPerRequest: null }),
    prefix: world.store.prefixes.bull,
  });
  onTestFinished(async () => await worker.close());
  await eventually('the job is over', async () => {
    const depths = await watchfire.queueDepths(['mail']);
    const { completed = 0, failed = 0 } = depths.get('mail') ?? {};
    return completed + failed === 1;
  });
}

test('a firing is followed back to its window, its events and their entries', async () => {
  const { world, cli, id } = await worldOf(three);
  const entries: string[] = [];
  for (const at of [0, 1, 2]) entries.push(await world.at(at).send('x', { id: `e${at}`, resource: 'r1' }));
  await world.at(3).drain();
  const { status, out } = await cli(['why', await id()]);
  expect(status).toBe(0);
  expect(out).toEqual([
    `job         tell in queue mail, f-${await id()}-0: not in its queue: done and removed, or not added yet`,
    expect.stringMatching(`^firing      ${await id()}, Triggered, entry \\d+-\\d+ of the ledger$`),
    'automation  the automation (A), revision 1',
    'trigger     3 × x within 10m for each id',
    'for         id=r1',
    `triggered   ${iso(2)}`,
    `decided     ${iso(3)}, 1s after its event came`,
    `window      from ${iso(-900)} until ${iso(600)}`,
    'counted     3 of 3 events',
    `events      ${iso(0)} x r1, event e0, entry ${entries[0]}`,
    `            ${iso(1)} x r1, event e1, entry ${entries[1]}`,
    `            ${iso(2)} x r1, event e2, entry ${entries[2]}`,
    `by          x r1, event e2, entry ${entries[2]}`,
    `times       ${iso(2)} received e2`,
    `            ${iso(3)} applied and decided, 1s later`,
  ]);
});

test('on a terminal of 80 columns it fits', async () => {
  const { world, cli, id } = await worldOf(three);
  for (const at of [0, 1, 2]) await world.at(at).meet('x', { resource: `customer.${'7'.repeat(20)}` });
  const { out } = await cli(['why', await id()], { columns: 80 });
  expect(Math.max(...out.map(widthOf))).toBeLessThanOrEqual(80);
});

test('a job is followed back: how it ended, what it failed with and when all of it happened', async () => {
  const { world, cli, id, asked } = await worldOf(reactive);
  await world.at(0).meet('x', { id: 'e1' });
  await handle(world, async () => {
    throw new Error('the mail server said no\nat somewhere');
  });
  const job = `f-${await id()}-0`;
  const { out } = await cli(['why', job]);
  expect(out.slice(0, 2)).toEqual([
    `job         tell in queue mail, ${job}: failed for good, 1 of 1 tries`,
    '            the last one failed: the mail server said no',
  ]);
  const { jobs, asked: named, timeline } = await asked(job);
  expect(named).toBe(job);
  expect(jobs).toMatchObject([
    { id: job, queue: 'mail', state: 'failed', tries: 1, error: expect.stringContaining('said no') },
  ]);
  const words = (timeline as { what: string }[]).map(({ what }) => what);
  expect(words).toEqual(['received e1', 'applied and decided', 'job added', 'job started', 'job failed']);
});

test('a job that was done says so', async () => {
  const { world, id, asked } = await worldOf(reactive);
  await world.at(0).meet('x');
  await handle(world, async () => undefined);
  expect((await asked(await id())).jobs).toMatchObject([{ state: 'completed', tries: 1, error: null }]);
});

test('of an absence: what opened its window, what came although too little, and when its time came', async () => {
  const { world, asked, id } = await worldOf(silence);
  await world.at(0).meet('x', { id: 'arming' });
  await world.at(1).meet('y', { id: 'one', resource: 'other' });
  await world.at(2).meet('y', { id: 'two' });
  await world.at(31).settle();
  await world.at(40).meet('y', { id: 'late', t: 20 });
  const why = await asked(await id());
  expect(why.opener).toMatchObject({ event: { id: 'arming' } });
  expect(idsOf(why)).toEqual(['two']);
  expect(why.events_missing).toBe(0);
  expect((why.timeline as { what: string; ms: number }[]).map(({ what, ms }) => [what, ms])).toEqual([
    ['received arming, which opened the window', 0],
    ['received two', 2_000],
    ['its time came', 30_000],
    ['decided', 31_000],
  ]);
});

test.each<[what: string, trigger: object, values: (number | string)[], counted: string[]]>([
  [
    'a window that tumbles has none of the one before it',
    { ...three, threshold: 2, within: 2 },
    [1, 1, 1, 1],
    ['e2', 'e3'],
  ],
  ['without within they are those since the last firing', { ...reactive, threshold: 2 }, [1, 1, 1, 1], ['e2', 'e3']],
  ['those that brought a new value', { ...three, distinct: 'payload.v' }, [1, 1, 2, 2, 3], ['e0', 'e2', 'e4']],
  ['those that make up the sum', { ...three, sum: 'payload.v', within: 0 }, [3, 1, 1, 1], ['e1', 'e2', 'e3']],
  ['those in a sliding window', { ...three, window: 'sliding', within: 4 }, [1, 1, 1, 1], ['e0', 'e1', 'e2']],
])('the events of the last firing: %s', async (_what, trigger, values, counted) => {
  const { world, asked, id } = await worldOf(trigger);
  for (const [i, v] of values.entries()) await world.at(i).meet('x', { id: `e${i}`, payload: { v } });
  expect(idsOf(await asked(await id((await world.firings()).length - 1)))).toEqual(counted);
});

test('what was sent twice, was of another key or came after it is not among them', async () => {
  const { world, asked, id } = await worldOf(three);
  const sent = ['a', 'a', 'b', 'c', 'd'];
  for (const [i, name] of sent.entries()) await world.at(i).meet('x', { id: name });
  await world.at(9).meet('x', { id: 'other', resource: 'q' });
  expect(idsOf(await asked(await id()))).toEqual(['a', 'b', 'c']);
});

test('what the log has no more is said to be no longer retained', async () => {
  const { world, cli, asked, id } = await worldOf(three);
  for (const at of [0, 1, 2]) await world.at(at).meet('x', { id: `e${at}` });
  await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 1);
  const { events_missing } = await asked(await id());
  expect(events_missing).toBe(2);
  const { out } = await cli(['why', await id()]);
  expect(out).toContain('events      2 no longer retained');
  await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 0);
  expect((await cli(['why', await id()])).out).toContain('by          x r, event e2, its entry is no longer retained');
});

test('a composite is followed to the events of its children', async () => {
  const trigger = {
    type: 'compound',
    require: 'all',
    triggers: [
      { ...three, threshold: 2 },
      { ...reactive, expect: ['y'] },
    ],
  };
  const { world, asked, cli, id } = await worldOf(trigger);
  for (const at of [0, 1]) await world.at(at).meet('x', { id: `e${at}` });
  await world.at(2).meet('y', { id: 'e2' });
  const { steps } = await asked(await id());
  expect(steps.map(idsOf)).toEqual([['e0', 'e1'], ['e2']]);
  const { out } = await cli(['why', await id()]);
  expect(out.filter((line) => line.startsWith('step'))).toHaveLength(2);
});

test('the end of an alert names the firing that set it', async () => {
  const { world, asked, id } = await worldOf({ ...reactive, resolve: { on: ['ok'] } });
  await world.at(0).meet('x', { resource: 'q' });
  await world.at(1).meet('x');
  await world.at(2).meet('x', { resource: 'p' });
  await world.at(9).meet('ok');
  const why = await asked(await id(3));
  expect(why.alert).toMatchObject({ firing: await id(1), triggered: iso(1) });
  expect(why.events).toEqual([]);
});

test.each<[standing: string, change: (world: World) => Promise<unknown>]>([
  ['unchanged', async () => undefined],
  ['changed', async (world) => await world.put({ id: 'A', name: 'other', trigger: reactive })],
  ['disabled', async (world) => await world.put({ id: 'A', name: 'other', trigger: reactive, enabled: false })],
  ['deleted', async (world) => await world.remove('A')],
])('an automation that is %s now is said to be, and still explained', async (standing, change) => {
  const { world, asked, id } = await worldOf(reactive);
  await world.at(0).meet('x', { id: 'e1' });
  await change(world);
  const why = await asked(await id());
  expect(why.automation).toMatchObject({ now: standing, document: { name: 'the automation' } });
  expect(idsOf(why)).toEqual(['e1']);
});

test('a revision that is not kept any more leaves what the ledger knows, and its jobs are looked for in all queues', async () => {
  const { world, cli, asked, id } = await worldOf(reactive);
  await world.at(0).meet('x', { id: 'e1' });
  await handle(world, async () => undefined);
  await world.remove('A');
  await world.redis.del(`${world.store.prefixes.automation}A`);
  const why = await asked(await id());
  expect(why).toMatchObject({ automation: { now: 'deleted', document: null }, events_missing: null });
  expect(why.jobs).toMatchObject([{ queue: 'mail', id: `f-${await id()}-0`, state: 'completed' }]);
  expect((await cli(['why', await id()])).out.join('\n')).toContain('that revision is not kept any more');
});

test('a firing that nobody knows is an error, and too little of an id a misuse', async () => {
  const { cli } = await worldOf(reactive);
  expect(await cli(['why', '0123456789'])).toEqual({
    status: 1,
    out: [],
    err: ['watchfire: there is no firing 0123456789'],
  });
  expect((await cli(['why', 'abc'])).status).toBe(2);
});

test('a job of an announced type is looked for where it is: with the deliveries, if it fired after the announcement', async () => {
  const { world, cli, id } = await worldOf(reactive, { actions: [{ type: 'page' }] });
  await world.at(0).meet('x', { id: 'e1', resource: 'r1' });
  await announce(world.redis, world.store, 'page', {});
  const queuesIn = async (...args: string[]): Promise<unknown> => {
    const shown = JSON.parse((await cli([...args, '-o', 'json'])).out.join('\n'));
    return (shown.jobs ?? shown).map(({ queue }: Json) => queue);
  };
  expect(await queuesIn('render', 'A')).toEqual(['actions']);
  await world.at(1).meet('x', { id: 'e2', resource: 'r2' });
  for (const verb of ['why', 'firings']) {
    expect([verb, await queuesIn(verb, await id(0)), await queuesIn(verb, await id(1))]).toEqual([
      verb,
      ['actions'],
      ['deliveries'],
    ]);
  }
  expect(await queuesIn('render', 'A')).toEqual(['deliveries']);
});
