import { expect, test } from 'vitest';
import { iso, World } from '../support/world.ts';
import { runIn } from './run.ts';

const failures = {
  id: 'A',
  name: 'failures',
  trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id', 'kind'], threshold: 3, within: '10m' },
};
const silence = {
  id: 'B',
  name: 'silence',
  trigger: { posture: 'Proactive', after: ['beat'], expect: ['beat'], for_each: ['id'], within: 30 },
};

const FIRST =
  'watchfire: longer than "within": the first window of a key begins 15m before its first event, for those that come late';

async function jsonOf(world: World, ...more: string[]): Promise<Record<string, unknown>[]> {
  const { status, out } = await runIn(world.namespace)(['windows', '-o', 'json', ...more]);
  expect(status).toBe(0);
  return JSON.parse(out.join('\n')) as Record<string, unknown>[];
}

test('an open window is shown with its key, its count and its deadlines', async () => {
  const world = await World.claimed();
  await world.put(failures);
  await world.at(0).meet('x', { resource: { id: 'customer.7', kind: 'big +1' } });
  await world.at(1).meet('x', { resource: { id: 'customer.7', kind: 'big +1' } });
  expect(await jsonOf(world)).toEqual([
    {
      automation: 'A',
      name: 'failures',
      enabled: true,
      path: '',
      labels: { id: 'customer.7', kind: 'big +1' },
      type: 'event',
      posture: 'Reactive',
      threshold: 3,
      counts: 'events',
      window: {
        start: iso(-900),
        end: iso(600),
        count: 2,
        due: iso(600),
        keep_until: iso(660),
        reaches_back_seconds: 900,
        rests_until: null,
      },
      awaits_parked: 0,
      last_event: null,
      alert: null,
      quiet_until: null,
      late_before: null,
      recovered: null,
      reset: null,
      values: null,
      collected: null,
    },
  ]);
});

test('a count without a window shows no interval', async () => {
  const world = await World.claimed();
  await world.put({ ...failures, trigger: { ...failures.trigger, within: 0 } });
  await world.at(0).meet('x', { resource: { id: 'r', kind: 'k' } });
  const window = {
    start: null,
    end: null,
    due: null,
    count: 1,
    keep_until: iso(30 * 24 * 3_600),
    reaches_back_seconds: 0,
  };
  expect(await jsonOf(world)).toMatchObject([{ window: { ...window, rests_until: null } }]);
  const { out, err } = await runIn(world.namespace)(['windows']);
  expect(out[1]).toMatch(/^failures +id=r kind=k +- +- +1\/3 +no window +- +-$/);
  expect(err).toEqual([]);
});

test('an alert is shown until it is resolved, with the event it is about', async () => {
  const world = await World.claimed();
  await world.put(silence);
  await world.at(0).meet('beat', { id: 'e1', resource: 'device.1' });
  expect(await jsonOf(world)).toMatchObject([{ last_event: 'e1', window: { count: 0, end: iso(30) }, alert: null }]);
  await world.at(31).settle();
  const month = 30 * 24 * 3_600;
  expect(await jsonOf(world)).toMatchObject([
    { labels: { id: 'device.1' }, window: null, alert: { since: iso(0), missing: 1, until: iso(30 + month) } },
  ]);
  await world.at(40).meet('beat', { id: 'e2', resource: 'device.1' });
  expect(await jsonOf(world)).toMatchObject([{ last_event: 'e2', alert: null }]);
});

test('a key that waits for parked events says so, with a window and without', async () => {
  const world = await World.claimed();
  await world.put({ ...silence, trigger: { ...silence.trigger, after: ['placed'], expect: ['paid'] } });
  await world.at(0).meet('placed', { resource: 'order.1' });
  for (const id of ['p1', 'p2']) await world.at(1).meet('paid', { id, resource: 'order.1', follows: 'nobody' });
  await world.at(2).meet('paid', { id: 'p3', resource: 'order.2', follows: 'nobody' });
  expect(await jsonOf(world)).toMatchObject([
    { labels: { id: 'order.1' }, window: { count: 0, due: iso(30) }, awaits_parked: 2 },
    { labels: { id: 'order.2' }, window: null, awaits_parked: 1 },
  ]);
  const cli = runIn(world.namespace);
  const { out, err } = await cli(['windows']);
  expect(out[1]).toMatch(/^silence +id=order\.1 .* 0\/1 +awaits 2 parked events /);
  expect(out[2]).toMatch(/^silence +id=order\.2 +- +- +- +awaits 1 parked event /);
  expect(err).toEqual([expect.stringMatching(/^watchfire: awaits: the event stays parked/)]);
  expect((await cli(['windows'], { columns: 80 })).out[1]).toContain('  awaits 2  ');
  // Its place in the deadlines is corrected when it comes up.
  await world.at(31).settle();
  const status = JSON.parse((await cli(['status', '-o', 'json'])).out.join('\n'));
  expect(status.due).toMatchObject({ windows: 2, next: null });
});

test('a composite shows the children that wait for the others', async () => {
  const child = (event: string): object => ({ posture: 'Reactive', expect: [event] });
  const trigger = { type: 'sequence', within: 60, for_each: ['id'], triggers: [child('x'), child('y')] };
  const world = await World.claimed();
  await world.put({ id: 'C', name: 'both', trigger });
  await world.at(5).meet('x', { id: 'e1', resource: 'r1' });
  const stored = { child: 0, triggered: iso(5), keep_until: iso(125), event: 'e1', firing: expect.any(String) };
  expect(await jsonOf(world)).toContainEqual({
    automation: 'C',
    name: 'both',
    enabled: true,
    path: '',
    labels: { id: 'r1' },
    type: 'sequence',
    needed: 2,
    children: [stored],
  });
  await world.at(6).meet('y', { id: 'e2', resource: 'r1' });
  expect((await jsonOf(world)).filter(({ type }) => type === 'sequence')).toEqual([]);
});

test('people get a line for each, the soonest first, and are told when there are more', async () => {
  const world = await World.claimed();
  await world.put(failures);
  await world.put(silence);
  for (const id of ['r1', 'r2', 'r3']) await world.at(0).meet('x', { resource: id });
  await world.at(1).meet('beat', { resource: 'device.1' });
  const { out, err } = await runIn(world.namespace)(['windows', '--limit', '2']);
  expect(err).toEqual([FIRST, 'watchfire: 2 of 4; see more with --limit']);
  expect(out.map((line) => line.split(/\s{2,}/).slice(0, 5))).toEqual([
    ['AUTOMATION', 'FOR', 'FROM', 'UNTIL', 'COUNT'],
    ['silence', 'id=device.1', '2026-03-02 09:00:01Z', '2026-03-02 09:00:31Z', '0/1'],
    ['failures', 'id=r1 kind=', '2026-03-02 08:45:00Z', '2026-03-02 09:10:00Z', '1/3'],
  ]);
});

test('a key that has just fired is shown to rest, and why a window is longer than its within', async () => {
  const world = await World.claimed();
  await world.put({ ...failures, trigger: { ...failures.trigger, threshold: 1 } });
  // In the time of the server, by which rests are judged.
  world.at((Date.now() - Date.parse(iso(0))) / 1_000);
  await world.meet('x', { resource: 'r1' });
  const cli = runIn(world.namespace);
  const rests = 'watchfire: rests: the key has fired, and counts again when the window that is shown begins';
  const { out, err } = await cli(['windows']);
  expect(out[1]).toMatch(/ 0\/1 +rests /);
  expect(err).toEqual([rests]);
  const [json] = await jsonOf(world);
  const window = json?.window as { start: string } | undefined;
  expect(window).toMatchObject({ reaches_back_seconds: 0, count: 0, rests_until: window?.start });
  await world.put({ ...failures, id: 'C', name: 'thrice' });
  await world.meet('x', { resource: 'r2' });
  expect((await cli(['windows'])).err).toEqual([rests, FIRST]);
});

test('a window that is long over does not rest', async () => {
  const world = await World.claimed();
  await world.put({ ...failures, trigger: { ...failures.trigger, threshold: 1 } });
  await world.at(0).meet('x', { resource: 'r1' });
  expect(await runIn(world.namespace)(['windows'])).toMatchObject({
    err: [],
    out: [expect.anything(), expect.stringContaining('over, kept no more')],
  });
});

test('one automation can be asked for by its name', async () => {
  const world = await World.claimed();
  await world.put(failures);
  await world.put(silence);
  await world.at(0).meet('x');
  await world.at(0).meet('beat');
  expect((await jsonOf(world, '--automation', 'silence')).map(({ automation }) => automation)).toEqual(['B']);
  const { status, err } = await runIn(world.namespace)(['windows', '--automation', 'nobody']);
  expect({ status, err }).toEqual({ status: 1, err: ['watchfire: there is no automation "nobody"'] });
});

test('when there are none it says so', async () => {
  const { namespace } = await World.claimed();
  expect(await runIn(namespace)(['windows'])).toEqual({ status: 0, out: [], err: ['no open windows'] });
});

const child = (event: string): object => ({ posture: 'Reactive', expect: [event] });

test('a sequence whose steps came in the wrong order says so, and its steps count from 1', async () => {
  const world = await World.claimed();
  const second = { posture: 'Reactive', expect: ['pay'], threshold: 2, within: '1h' };
  const trigger = { type: 'sequence', within: '1h', triggers: [child('cart'), second] };
  await world.put({ id: 'C', name: 'Cart then pay', trigger });
  for (const name of ['pay', 'pay', 'cart']) await world.at(0).meet(name);
  const { out } = await runIn(world.namespace)(['windows']);
  const rows = out.map((line) => line.split(/\s{2,}/));
  expect(rows).toContainEqual(expect.arrayContaining(['Cart then pay', '2/2, out of order']));
  expect(rows).toContainEqual(expect.arrayContaining(['step 2 of Cart then pay', '0/2']));
});

test('windows of a disabled automation are frozen', async () => {
  const world = await World.claimed();
  const trigger = { type: 'sequence', within: '1h', triggers: [child('cart'), child('pay')] };
  for (const one of [failures, silence, { id: 'C', name: 'both', trigger }]) await world.put(one);
  for (const name of ['x', 'beat', 'cart']) await world.at(0).meet(name);
  for (const one of [failures, silence, { id: 'C', name: 'both', trigger }])
    await world.put({ ...one, enabled: false });
  const { out } = await runIn(world.namespace)(['windows']);
  expect(out.slice(1).filter((line) => /^(failures|silence|both) /.test(line))).toEqual(
    Array(3).fill(expect.stringContaining('  frozen, disabled  ')),
  );
  expect((await jsonOf(world)).map(({ enabled }) => enabled)).toEqual(expect.arrayContaining([false, false, false]));
  const status = JSON.parse((await runIn(world.namespace)(['status', '-o', 'json'])).out.join('\n'));
  const { windows } = JSON.parse((await runIn(world.namespace)(['quotas', '-o', 'json'])).out.join('\n'));
  expect([status.due.windows, windows]).toEqual([3, 3]);
});

test('a deadline that the lag holds back says how late events run', async () => {
  const world = await World.claimed();
  await world.put(silence);
  // In the time of the server, by which deadlines are judged.
  world.at((Date.now() - Date.parse(iso(0))) / 1_000 - 31);
  await world.meet('beat', { resource: 'r1' });
  world.at((Date.now() - Date.parse(iso(0))) / 1_000);
  await world.redis.hset(world.store.keys.clock, {
    newest: String(world.clock.nowMs() - 600_000),
    arrival: String(world.clock.nowMs()),
  });
  const cli = runIn(world.namespace);
  expect((await cli(['windows'])).out[1]).toContain('  held back: events run 10m late  ');
  expect((await cli(['windows'], { columns: 80 })).out[1]).toContain('  held back 10m  ');
});

test('at 80 columns an alert of today has no date, and leaves the key whole', async () => {
  const world = await World.claimed();
  await world.put({ ...silence, name: 'Payment overdue' });
  world.at((Date.now() - Date.parse(iso(0))) / 1_000 - 40);
  const since = new Date(world.clock.nowMs()).toISOString();
  await world.meet('beat', { resource: 'customer.7' });
  await world.at((Date.now() - Date.parse(iso(0))) / 1_000).settle();
  await world.put(failures);
  await world.meet('x', { resource: { id: 'customer.7', kind: 'b' } });
  const { out } = await runIn(world.namespace)(['windows'], { columns: 80 });
  const row = out.find((line) => line.startsWith('Payment overdue'));
  expect(row).toContain('id=customer.7');
  expect(row?.endsWith(`since ${since.slice(11, 19)}Z`) || row?.includes(since.slice(5, 10))).toBe(true);
});
