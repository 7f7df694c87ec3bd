import { expect, inject, test } from 'vitest';
import { World } from '../support/world.ts';
import { runIn } from './run.ts';

const failing = (threshold: number): object => ({
  id: 'failing',
  name: 'Failing customer',
  trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold, within: 60 },
});

/** Failures of two customers at 0, 10, 20 … s, with a definition that was changed on the way. */
async function failures(): Promise<World> {
  const world = await World.claimed();
  await world.put(failing(3));
  for (let i = 0; i < 12; i += 1) {
    await world.at(10 * i).meet('order.failed', { resource: `customer.${i % 2}` });
    if (i === 5) await world.put({ ...failing(3), name: 'Renamed' });
  }
  return world;
}

const scratch = (): string[] => ['--scratch', inject('adminUrl')];

test('without candidates it gives the ledger again, and says so', async () => {
  const world = await failures();
  const cli = runIn(world.namespace);
  const fired = (await world.firings()).length;
  const text = await cli(['backtest', ...scratch()]);
  expect(text).toMatchObject({ status: 0, err: [] });
  expect(text.out[0]).toMatch(/^replayed 12 entries, 2026-03-02 09:00:00Z to .* a second\)$/);
  expect(text.out).toContain(`the ledger again, firing by firing: ${fired} compared`);
  expect(text.out).toContainEqual(expect.stringMatching(/^failing +4 +0 +2 +id=customer\.0 \(2\) .* the first entry$/));
  const json = JSON.parse((await cli(['backtest', ...scratch(), '-o', 'json'])).out.join(''));
  expect(json).toMatchObject({
    entries: 12,
    complete: true,
    automations: [{ automation: 'failing', triggered: fired, keys: { 'id=customer.0': 2 } }],
    ledger: { compared: fired, extra: [], missing: [], misplaced: null, own_entries: { unexpected: 0, lacking: 0 } },
  });
  expect(json.first).toHaveLength(fired);
});

test('a ledger that others changed is not given again', async () => {
  const world = await failures();
  const [first] = await world.redis.xrange(world.store.keys.firings, '-', '+', 'COUNT', 1);
  await world.redis.xdel(world.store.keys.firings, first?.[0] ?? '');
  const { status, out } = await runIn(world.namespace)(['backtest', ...scratch()]);
  expect(status).toBe(1);
  expect(out).toContain('NOT the ledger again: of 3 compared 0 are missing, 1 are new');
});

test('candidates say what would be new, gone or moved beside the ledger', async () => {
  const world = await failures();
  const stdin = JSON.stringify(failing(2));
  const cli = runIn(world.namespace);
  const { status, out } = await cli(['backtest', '-', '--against', 'live', ...scratch()], { stdin });
  expect(status).toBe(0);
  expect(out).toContain('beside the ledger: 0 the same, 0 new, 0 gone, 4 moved');
  const same = await cli(['backtest', 'failing', '--against', 'live', ...scratch()]);
  expect(same.out).toContain('beside the ledger: 4 the same, 0 new, 0 gone, 0 moved');
  expect(await world.told()).toHaveLength(4);
});

test('events of a file take the place of the log, each at its time', async () => {
  const world = await failures();
  const lines = [0, 5, 30, 200].map((at) => {
    const occurred = new Date(Date.UTC(2026, 4, 1) + 1_000 * at).toISOString();
    return JSON.stringify({ event: 'order.failed', resource: { id: 'customer.9' }, occurred });
  });
  const { status, out } = await runIn(world.namespace)(['backtest', 'failing', '--events', '-', ...scratch()], {
    stdin: [...lines, '{"event":1}'].join('\n'),
  });
  expect(status).toBe(0);
  expect(out[0]).toMatch(/^replayed 5 entries, 2026-05-01 00:00:00Z to 2026-05-01 00:03:20Z/);
  expect(out).toContain('1 lines are no events');
  expect(out).toContainEqual(expect.stringMatching(/^2026-05-01 00:00:30Z .*Triggered +Renamed +id=customer\.9/));
});

test('what makes no sense is refused before anything is replayed', async () => {
  const world = await failures();
  const cli = runIn(world.namespace);
  for (const [args, said] of [
    [['--against', 'past'], '--against: must be live (found "past")'],
    [['--against', 'live'], '--against: goes with candidates over the log'],
    [['failing', '--events', 'x', '--since', '1h'], '--since: goes with the log, not with --events'],
    [['nobody'], 'no automation'],
  ] as const) {
    const { status, err } = await cli(['backtest', ...args, ...scratch()]);
    expect(status).toBeGreaterThan(0);
    expect(err.join('\n')).toContain(said);
  }
  const wrong = await cli(['backtest', '-', ...scratch()], { stdin: '{"name":"x","trigger":{"threshold":"x"}}' });
  expect(wrong).toMatchObject({ status: 1, out: [] });
  expect(wrong.err.join('\n')).toContain('threshold');
});
