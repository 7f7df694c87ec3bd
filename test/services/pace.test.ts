import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { parseSettings } from '../../src/config.ts';
import { Catalogue } from '../../src/match/catalogue.ts';
import { Connections } from '../../src/redis/connection.ts';
import { nextRead } from '../../src/services/draft.ts';
import { Worker } from '../../src/services/worker.ts';
import { settled } from '../support/crew.ts';
import { LiveWorld } from '../support/live-world.ts';
import { logLines } from '../support/log-lines.ts';

const MINUTE_MS = 60_000;

test.each([
  ['what is looked through in no time is read as it may be', 100, 0, 100],
  ['a bit more than a quarter of a second is too long', 100, 260, 96],
  ['a slow matcher reads what it looks through in a quarter of a second', 100, 1_000, 25],
  ['one at a time, if it must be', 1, 10_000, 1],
  ['few entries that came quickly keep nobody from reading more', 1, 1, 100],
  ['half of what was read took a tenth of the time', 50, 25, 100],
])('%s', (_, count, tookMs, next) => {
  expect(nextRead(count, tookMs, 100)).toBe(next);
});

test('a worker that takes long to match reads less at a time, so that nobody believes it gone', async () => {
  const world = await LiveWorld.start();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'], threshold: 1_000 } });
  const ids = Array.from({ length: 100 }, (_, i) => `e${i}`);
  await world.sendMany(-MINUTE_MS, 'x', ids);
  let spentMs = 0;
  const { interested } = Catalogue.prototype;
  const slow = vi.spyOn(Catalogue.prototype, 'interested').mockImplementation(function (this: Catalogue, event) {
    spentMs += 25;
    return interested.call(this, event);
  });
  const { logger } = logLines();
  const connections = new Connections(inject('redisUrl'), logger);
  const sizes: number[] = [];
  const worker = new Worker({
    connections,
    store: world.store,
    settings: parseSettings({ namespace: world.namespace, chunkSize: 20 }),
    clock: { ...systemClock, nowMs: () => systemClock.nowMs() + spentMs },
    logger,
    observe: (entries) => void sizes.push(entries.length),
  });
  onTestFinished(async () => {
    slow.mockRestore();
    await worker.stop();
    await connections.close();
  });
  await worker.ready();
  await settled(world);
  // The second was asked for before the first was looked through.
  expect(sizes.slice(0, 2)).toEqual([20, 20]);
  expect(Math.max(...sizes.slice(2))).toBeLessThanOrEqual(10);
  expect(slow).toHaveBeenCalledTimes(ids.length);
});
