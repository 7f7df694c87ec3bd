import { describe, expect, test } from 'vitest';
import { crew, settled } from '../support/crew.ts';
import { LiveWorld } from '../support/live-world.ts';
import type { StreamValue } from '../support/snapshot.ts';

const MINUTE_MS = 60_000;

const ledger = async (world: LiveWorld): Promise<string[]> =>
  (await world.firings()).map(
    ({ id, automation, state, triggered, event }) => `${automation} ${state} ${triggered} ${event?.id} ${id}`,
  );

const watch = (within: number, rest: object = {}) => ({
  id: 'watch',
  name: 'Watch',
  trigger: { posture: 'Proactive', after: ['beat'], expect: ['beat'], within, for_each: ['id'], ...rest },
});

describe('workers that were stopped for two minutes', () => {
  /** Three services send a heartbeat every five seconds, from three minutes ago on; each until its own end. */
  async function outage(untilMs: Record<string, number>): Promise<LiveWorld> {
    const world = await LiveWorld.start();
    await world.put(watch(30));
    for (let atMs = -3 * MINUTE_MS; atMs <= 0; atMs += 5_000) {
      // Up to two minutes ago somebody applies the log, then nobody does.
      if (atMs === -2 * MINUTE_MS) await world.drain();
      for (const [id, lastMs] of Object.entries(untilMs)) {
        if (atMs <= lastMs) await world.sendAt(atMs, 'beat', { id: `${id}${atMs}`, resource: id });
      }
    }
    await crew(world, 2);
    await settled(world);
    return world;
  }

  test('report no absence of what kept coming meanwhile', async () => {
    const world = await outage({ a: 0, b: 0, c: 0 });
    expect(await world.firings()).toEqual([]);
    expect(await world.redis.hgetall(world.store.keys.counters)).toEqual({ applied: String(3 * 37) });
  });

  test('report exactly the absences that were due, each once, in order of deadline', async () => {
    const world = await outage({ kept: 0, late: -50_000, early: -100_000, before: -170_000 });
    const expected = [
      ['before', -170_000],
      ['early', -100_000],
      ['late', -50_000],
    ] as const;
    expect((await world.firings()).map(({ labels, event, triggered }) => [labels.id, event?.id, triggered])).toEqual(
      expected.map(([id, last]) => [id, `${id}${last}`, world.nowMs + last + 30_000]),
    );
    await settled(world);
    expect(await world.firings()).toHaveLength(expected.length);
  });
});

test('any number of workers writes the ledger that one writes', async () => {
  const ledgers: string[][] = [];
  let base: number | undefined;
  for (const [count, chunkSize] of [
    [1, 100],
    [4, 7],
    [3, 2],
  ] as const) {
    const world: LiveWorld = await LiveWorld.start(base);
    base = world.nowMs;
    await world.put(watch(30, { expect: ['done'] }));
    await world.put({
      id: 'count',
      name: 'Count',
      trigger: { posture: 'Reactive', expect: ['beat'], threshold: 3, within: 60, for_each: ['id'] },
    });
    await world.put({
      id: 'both',
      name: 'Both',
      trigger: {
        type: 'sequence',
        within: 120,
        for_each: ['id'],
        triggers: [
          { posture: 'Reactive', expect: ['beat'] },
          { posture: 'Reactive', expect: ['done'] },
        ],
      },
    });
    await world.put({
      id: 'own',
      name: 'Own',
      trigger: { posture: 'Reactive', expect: ['automation.*'], match: { id: '!automation.own' } },
    });
    const pipeline = Array.from({ length: 300 }, (_, i) => {
      const name = i % 11 === 10 ? 'done' : 'beat';
      return world.sendAt(-50 * MINUTE_MS + i * 3_000, name, {
        id: `e${i}`,
        resource: `r${(i * i) % 17}`,
        ...(i % 50 === 7 && { follows: `e${i + 3}` }),
      });
    });
    await Promise.all(pipeline);
    const { stop } = await crew(world, count, { chunkSize });
    await settled(world);
    await stop();
    ledgers.push(await ledger(world));
    const { events } = await world.state();
    expect((events as StreamValue).groups.engine?.pending).toEqual({});
  }
  expect(ledgers[0]?.length).toBeGreaterThan(150);
  expect(ledgers[1]).toEqual(ledgers[0]);
  expect(ledgers[2]).toEqual(ledgers[0]);
});
