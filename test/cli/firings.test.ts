import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { iso, World } from '../support/world.ts';
import { runIn } from './run.ts';

const first = { id: 'A', name: 'every x', trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'] } };
const second = { id: 'B', name: 'every y', trigger: { posture: 'Reactive', expect: ['y'] } };

async function worldOf(...automations: object[]): Promise<World> {
  const world = await World.claimed();
  for (const automation of automations) await world.put(automation);
  return world;
}

const words = (line: string): string[] => line.split(/\s{2,}/);

test('firings are listed oldest first, in aligned columns', async () => {
  const world = await worldOf(first, second);
  await world.at(0).meet('x', { id: 'e1', resource: 'customer.7' });
  await world.at(1).meet('y', { id: 'e2' });
  const ids = (await world.firings()).map(({ id }) => id);
  const { status, out, err } = await runIn(world.namespace)(['firings']);
  expect({ status, err }).toEqual({ status: 0, err: [] });
  expect(out.map(words)).toEqual([
    ['TRIGGERED', 'STATE', 'AUTOMATION', 'FOR', 'EVENT', 'ID'],
    ['2026-03-02 09:00:00Z', 'Triggered', 'every x', 'id=customer.7', 'x e1', ids[0]],
    ['2026-03-02 09:00:01Z', 'Triggered', 'every y', '-', 'y e2', ids[1]],
  ]);
  expect(new Set(out.map((line) => line.search(/ID$|[0-9a-f]{32}$/))).size).toBe(1);
});

test('as JSON a firing is the document of the ledger, with its children', async () => {
  const both = { ...first.trigger, expect: ['y'] };
  const trigger = { type: 'compound', require: 'all', triggers: [first.trigger, both] };
  const world = await worldOf({ id: 'C', name: 'both', trigger });
  await world.at(0).meet('x', { id: 'e1' });
  await world.at(1).meet('y', { id: 'e2' });
  const { out } = await runIn(world.namespace)(['firings', '-o', 'json']);
  const [firing, ...others] = JSON.parse(out.join('\n')) as Record<string, unknown>[];
  expect(others).toEqual([]);
  expect(firing).toMatchObject({
    automation: 'C',
    name: 'both',
    posture: null,
    state: 'Triggered',
    triggered: iso(1),
    decided: iso(1),
    triggering_labels: {},
    triggering_event: { id: 'e2', event: 'y', resource: { id: 'r' } },
    triggering_firings: [
      { path: '0', triggered: iso(0), triggering_labels: { id: 'r' }, triggering_event: { id: 'e1' } },
      { path: '1', triggered: iso(1), triggering_labels: { id: 'r' }, triggering_event: { id: 'e2' } },
    ],
  });
});

test('a limit gives the newest, also of one automation among many others', async () => {
  const world = await worldOf(first, second);
  await world.at(0).meet('y', { id: 'old' });
  await world.at(1).meet('y', { id: 'new' });
  for (let i = 0; i < 600; i += 1) await world.send('x', { resource: `r${i}` });
  await world.drain();
  const cli = runIn(world.namespace);
  const eventsOf = async (...more: string[]): Promise<unknown[]> => {
    const { out } = await cli(['firings', '-o', 'json', ...more]);
    const firings = JSON.parse(out.join('\n')) as { triggering_event: { id: string } }[];
    return firings.map((one) => one.triggering_event.id);
  };
  expect(await eventsOf('--limit', '1', '--automation', 'every y')).toEqual(['new']);
  expect(await eventsOf('--automation', 'B')).toEqual(['old', 'new']);
  expect(await eventsOf('--limit', '700', '--automation', 'A')).toHaveLength(600);
});

test('since leaves out what was decided before', async () => {
  const world = await worldOf(second);
  const [seconds] = await world.redis.time();
  const now = Number(seconds) * 1_000;
  for (const [id, ago] of [
    ['long-ago', 7_200_000],
    ['just-now', 60_000],
  ] as const) {
    world.clock.moveTo(now - ago);
    await world.meet('y', { id });
  }
  const { out } = await runIn(world.namespace)(['firings', '--since', '1h']);
  expect(out.slice(1)).toEqual([expect.stringContaining('just-now')]);
});

test('firings of an automation that is gone are found by its id, and a name nobody had is refused', async () => {
  const world = await worldOf(second);
  await world.at(0).meet('y', { id: 'e1' });
  await world.remove('B');
  const cli = runIn(world.namespace);
  expect((await cli(['firings', '--automation', 'B'])).out).toHaveLength(2);
  const { status, err } = await cli(['firings', '--automation', 'nobody']);
  expect({ status, err }).toEqual({ status: 1, err: ['watchfire: there is no automation "nobody"'] });
});

test('an empty ledger is a sentence, and an empty list in JSON', async () => {
  const { namespace } = await World.claimed();
  expect(await runIn(namespace)(['firings'])).toEqual({ status: 0, out: [], err: ['no firings yet'] });
  expect((await runIn(namespace)(['firings', '-o', 'json'])).out).toEqual(['[]']);
});

test('what others wrote into the ledger is left out', async () => {
  const world = await worldOf(second);
  await world.redis.xadd(world.store.keys.firings, '1-0', 'any', 'thing');
  await world.at(0).meet('y', { id: 'e1' });
  expect((await runIn(world.namespace)(['firings'])).out).toHaveLength(2);
});

test.each([
  ['text', (line: string) => words(line)[4]?.split(' ')[1]],
  ['json', (line: string) => (JSON.parse(line) as { triggering_event: { id: string } }).triggering_event.id],
])('following as %s goes on with new firings until it is stopped', async (format, eventOf) => {
  const world = await worldOf(second);
  await world.at(0).meet('y', { id: 'before' });
  const seen: (string | undefined)[] = [];
  const stop = new AbortController();
  const running = runIn(world.namespace)(['firings', '--follow', '-o', format], {
    signal: stop.signal,
    onOut: (line) => seen.push(eventOf(line)),
  });
  await eventually('the first one is there', () => seen.includes('before'));
  await world.at(1).meet('y', { id: 'after' });
  await eventually('the second one has come', () => seen.at(-1) === 'after');
  stop.abort();
  expect((await running).status).toBe(0);
});

test.each([
  [['--limit', '0'], '--limit: must be a whole number from 1 to 10000 (found "0")'],
  [['--since', 'yesterday'], '--since: must be a duration like 1h (found "yesterday")'],
])('%j is a misuse', async (argv, message) => {
  const { status, err } = await runIn('unused')(['firings', ...argv]);
  expect({ status, err }).toEqual({ status: 2, err: [`watchfire: ${message}`] });
});
