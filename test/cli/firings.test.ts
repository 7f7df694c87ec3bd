import { expect, test } from 'vitest';
import { widthOf } from '../../src/cli/view/table.ts';
import { Watchfire } from '../../src/engine.ts';
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
    ['TRIGGERED', 'DECIDED', 'STATE', 'AUTOMATION', 'FOR', 'EVENT', 'ID'],
    ['2026-03-02 09:00:00Z', '2026-03-02 09:00:00Z', 'Triggered', 'every x', 'id=customer.7', 'x e1', ids[0]],
    ['2026-03-02 09:00:01Z', '2026-03-02 09:00:01Z', 'Triggered', 'every y', '-', 'y e2', ids[1]],
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

test.each([
  ['2026-03-02 09:00:10', ['e1', 'e2']],
  ['2026-03-02T10:00:11+01:00', ['e2']],
  ['2026-03-03', []],
])('since %s takes a time, in UTC where no zone is said', async (since, ids) => {
  const world = await worldOf(second);
  for (const [at, id] of [
    [0, 'e0'],
    [10, 'e1'],
    [20, 'e2'],
  ] as const)
    await world.at(at).meet('y', { id });
  const { out } = await runIn(world.namespace)(['firings', '--since', since]);
  expect(out.slice(1).map((line) => words(line)[5])).toEqual(ids.map((id) => `y ${id}`));
});

test('more than can be held come page by page, as the same list', async () => {
  const world = await worldOf(first, second);
  for (let i = 0; i < 1_200; i += 1) await world.send(i % 3 === 0 ? 'y' : 'x', { id: `e${i}` });
  await world.drain();
  const cli = runIn(world.namespace);
  const listed = async (...more: string[]): Promise<string> =>
    (await cli(['firings', ...more])).out.map((line) => words(line).join('  ')).join('\n');
  for (const format of [[], ['-o', 'json']]) {
    const held = await listed('--limit', '2000', '--automation', 'B', ...format);
    expect(await listed('--limit', 'all', '--automation', 'B', ...format)).toBe(held);
    expect(await listed('--limit', '1000000', '--automation', 'B', ...format)).toBe(held);
  }
  const pages = new Watchfire({ redis: world.redis, namespace: world.namespace }).firingPages({ limit: 700 });
  const sizes: number[] = [];
  let newest = '';
  for await (const page of pages) {
    sizes.push(page.length);
    newest = page.at(-1)?.firing.event?.id ?? '';
  }
  expect({ sizes, newest }).toEqual({ sizes: [500, 200], newest: 'e1199' });
});

test('a list that is not all there is says so', async () => {
  const world = await worldOf(second);
  for (const id of ['e1', 'e2', 'e3']) await world.at(0).meet('y', { id });
  const { err, out } = await runIn(world.namespace)(['firings', '--limit', '2']);
  expect(err).toEqual(['watchfire: the newest 2; see more with --limit']);
  expect(out.map((line) => words(line)[5])).toEqual(['EVENT', 'y e2', 'y e3']);
});

test('on a terminal of 80 columns firings fit, and their short ids are enough to ask for one', async () => {
  const world = await worldOf({ ...first, name: '顧客の注文が五回も失敗しました、至急ご確認ください' });
  await world.at(0).meet('x', { id: 'e1', resource: 'customer.7'.repeat(3) });
  const cli = runIn(world.namespace);
  const { out } = await cli(['firings'], { columns: 80 });
  expect(Math.max(...out.map(widthOf))).toBeLessThanOrEqual(80);
  const [time, , name = '', key, , short = ''] = words(out[1] ?? '');
  expect([time, name.startsWith('顧客'), name.at(-1), key?.at(-1)]).toEqual(['03-02 09:00:00Z', true, '…', '…']);
  const [firing] = await world.firings();
  expect(short).toBe(`${firing?.id.slice(0, 8)}…`);
  expect(out[0]).not.toContain('DECIDED');
  expect((await cli(['firings', short])).out[0]).toBe(`id          ${firing?.id}`);
  expect((await cli(['firings', '--wide'], { columns: 80 })).out).toEqual((await cli(['firings'])).out);
});

test('one firing is shown whole: its trigger, window, event and jobs', async () => {
  const silence = {
    ...second,
    trigger: { posture: 'Proactive', after: ['x'], expect: ['y'], within: 30, for_each: ['id'] },
    actions: [
      { type: 'page', schedule_after: '25h30m' },
      { type: 'queue', queue: 'mail', name: 'tell' },
    ],
  };
  const world = await worldOf(silence);
  await world.at(0).meet('x', { id: 'e1', resource: 'r1', payload: { deep: { total: 12 } } });
  await world.at(31).settle();
  const [id = ''] = (await world.firings()).map((one) => one.id);
  const cli = runIn(world.namespace);
  const { status, out } = await cli(['firings', 'show', id]);
  expect(status).toBe(0);
  expect(out).toEqual([
    `id          ${id}`,
    'automation  every y (B), revision 1',
    'trigger     no y after x within 30s for each id',
    'state       Triggered',
    'for         id=r1',
    `triggered   ${iso(30)}`,
    expect.stringMatching(/^decided {5}2026-03-02T09:00:31\.000Z, 1s after its deadline, entry \d+-\d+ of the ledger$/),
    `window      from ${iso(0)} until ${iso(30)}`,
    'counted     0 of 1 events',
    'by          x r1, event e1',
    `jobs        page in queue actions, job f-${id}-0, delayed by 1d1h30m`,
    `            tell in queue mail, job f-${id}-1`,
    'the event:',
    '  id: e1',
    '  event: x',
    ...out.slice(15),
  ]);
  expect(out).toContain('      total: 12');
  const named = await cli(['firings', `f-${id}-1`, '-o', 'json']);
  expect(JSON.parse(named.out.join('\n'))).toMatchObject({
    id,
    trigger: 'no y after x within 30s for each id',
    window: { start: iso(0), end: iso(30) },
    story: { kind: 'absence', start: iso(0), end: iso(30), opener: 'e1', count: 0, threshold: 1 },
    late_ms: 1_000,
    jobs: [
      { queue: 'actions', delay_seconds: 91_800 },
      { queue: 'mail', name: 'tell', id: `f-${id}-1`, delay_seconds: 0 },
    ],
  });
});

test('the help says how much of an id is enough', async () => {
  const { out } = await runIn('n')(['firings', '--help'], { columns: 200 });
  expect(out.join(' ').replace(/\s+/g, ' ')).toContain('its id or at least its first 8 characters');
});

test('a firing is found by its entry too, and one that is not there is an error', async () => {
  const world = await worldOf(second);
  await world.at(0).meet('y', { id: 'e1' });
  const cli = runIn(world.namespace);
  const [listed] = JSON.parse((await cli(['firings', '-o', 'json'])).out.join('\n')) as { entry: string; id: string }[];
  expect((await cli(['firings', listed?.entry ?? ''])).out[0]).toContain(listed?.id);
  const err = ['watchfire: there is no firing 0123456789'];
  expect(await cli(['firings', '0123456789'])).toEqual({ status: 1, out: [], err });
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
  ['text', (line: string) => words(line)[5]?.split(' ')[1]],
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
  [['--limit', '0'], '--limit: must be a whole number from 1 on, or all (found "0")'],
  [
    ['--since', 'yesterday'],
    '--since: must be a duration like 1h, or a time like "2026-11-28 18:00" (UTC) or 2026-11-28T18:00+01:00 (found "yesterday")',
  ],
  [['ls', 'x'], 'firings ls: takes no operands (found "x")'],
  [['show'], 'firings show: needs the id of one firing'],
  [['show', 'abc'], 'firings show: an id needs at least its first 8 characters (found "abc")'],
])('%j is a misuse', async (argv, message) => {
  const { status, err } = await runIn('unused')(['firings', ...argv]);
  expect({ status, err }).toEqual({ status: 2, err: [`watchfire: ${message}`] });
});
