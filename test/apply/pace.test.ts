import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { Applier } from '../../src/apply/applier.ts';
import { Batch } from '../../src/apply/batch.ts';
import { LoadedDefinitions } from '../../src/apply/loaded-definitions.ts';
import { Matcher, nextBatchSize } from '../../src/apply/matcher.ts';
import { TAKE_OVER_MS } from '../../src/apply/turn.ts';
import { systemClock } from '../../src/clock.ts';
import { parseSettings } from '../../src/config.ts';
import { TriggerIndex } from '../../src/match/trigger-index.ts';
import { Connections } from '../../src/redis/connection.ts';
import { Worker } from '../../src/services/worker.ts';
import { settled } from '../support/crew.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LiveWorld } from '../support/live-world.ts';
import { logLines } from '../support/log-lines.ts';
import { World } from '../support/world.ts';

const MINUTE_MS = 60_000;
const never = new AbortController().signal;

/** Matching an event takes time; `passes` gets it. */
function slowMatching(passes: () => void) {
  const { interested } = TriggerIndex.prototype;
  const slow = vi.spyOn(TriggerIndex.prototype, 'interested').mockImplementation(function (this: TriggerIndex, event) {
    passes();
    return interested.call(this, event);
  });
  onTestFinished(() => slow.mockRestore());
  return slow;
}

test.each([
  ['what is matched in no time is read as it may be', 100, 0, 100],
  ['a bit more than a quarter of a second is too long', 100, 260, 96],
  ['a slow matcher reads what it matches in a quarter of a second', 100, 1_000, 25],
  ['one at a time, if it must be', 1, 10_000, 1],
  ['few entries that came quickly keep nobody from reading more', 1, 1, 100],
  ['half of what was read took a tenth of the time', 50, 25, 100],
])('%s', (_, count, tookMs, next) => {
  expect(nextBatchSize(count, tookMs, 100)).toBe(next);
});

describe('a read brings', () => {
  const CHUNK = 10;
  const entriesOf = (count: number, text: string) =>
    Array.from({ length: count }, (_, i) => ({ id: `${i + 1}-0`, fields: ['data', text] }));

  /** What is read at a time after each of some batches that were matched. */
  async function sizes(text: string, batches: number, clock = new FakeClock()): Promise<number[]> {
    const world = new World();
    const matcher = new Matcher(new LoadedDefinitions(world.redis, world.store, new Set()), clock, CHUNK);
    const found = [matcher.readSize];
    for (let i = 0; i < batches; i += 1) {
      await matcher.match(entriesOf(CHUNK, text));
      found.push(matcher.readSize);
    }
    return found;
  }

  test('one chunk at first, and some chunks of small entries in the end', async () => {
    expect(await sizes('{}', 3)).toEqual([CHUNK, 2 * CHUNK, 4 * CHUNK, 4 * CHUNK]);
  });

  test('one chunk of large ones', async () => {
    expect(await sizes('x'.repeat(400_000), 2)).toEqual([CHUNK, CHUNK, CHUNK]);
  });

  test('less than a chunk of those that take long to match', async () => {
    const clock = new FakeClock();
    slowMatching(() => clock.advance(100));
    const text = JSON.stringify({ event: 'x', resource: { id: 'r' } });
    expect(await sizes(text, 1, clock)).toEqual([CHUNK, 2]);
  });
});

test('a worker that takes long to match reads less at a time, so that nobody believes it gone', async () => {
  const world = await LiveWorld.start();
  await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'], threshold: 1_000 } });
  const ids = Array.from({ length: 100 }, (_, i) => `e${i}`);
  await world.sendMany(-MINUTE_MS, 'x', ids);
  const beganMs = systemClock.nowMs();
  let spentMs = 0;
  const slow = slowMatching(() => {
    spentMs += 25;
  });
  const { logger } = logLines();
  const connections = new Connections(inject('redisUrl'), logger);
  const sizes: number[] = [];
  const worker = new Worker({
    connections,
    store: world.store,
    settings: parseSettings({ namespace: world.namespace, chunkSize: 20 }),
    // Of a busy machine no time passes: what is matched would look as if nobody applied it.
    clock: { ...systemClock, nowMs: () => beganMs + spentMs },
    logger,
    observe: (entries) => void sizes.push(entries.length),
  });
  onTestFinished(async () => {
    await worker.stop();
    await connections.close();
  });
  await worker.ready();
  await settled(world);
  expect(sizes[0]).toBe(20);
  expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(10);
  expect(slow).toHaveBeenCalledTimes(ids.length);
});

describe('what others have read', () => {
  /** A log of four parts, of which the last one is ours. */
  async function dealt() {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'], threshold: 1_000 } });
    for (let i = 0; i < 40; i += 1) await world.send('x');
    const parts = [];
    for (const owner of ['first', 'second', 'third', 'ours']) parts.push(await world.read(owner, 10));
    return { world, parts, ours: parts[3] ?? [] };
  }

  function applierOf({ redis, store }: World, clock: FakeClock, chunkSize = 10): Applier {
    const definitions = new LoadedDefinitions(redis, store, new Set());
    const matcher = new Matcher(definitions, clock, chunkSize);
    return new Applier({ redis, store, matcher, clock, logger: logLines().logger, worker: 'w' });
  }

  const positionOf = async ({ redis, store }: World) => await redis.get(store.keys.position);

  test('is left to them as long as they get on with it, however long one has to wait', async () => {
    const { world, parts, ours } = await dealt();
    const clock = new FakeClock();
    const applying = applierOf(world, clock).apply(new Batch(ours), never);
    for (const part of parts.slice(0, 3)) {
      for (const until = clock.nowMs() + 0.9 * TAKE_OVER_MS; clock.nowMs() < until; ) {
        await eventually('it waits', () => clock.sleeping === 1);
        clock.advance(clock.sleeps.at(-1) ?? 0);
      }
      const others = parts.slice(0, parts.indexOf(part)).at(-1);
      expect(await positionOf(world)).toBe(others?.at(-1)?.id ?? null);
      await applierOf(world, new FakeClock()).apply(new Batch(part), never);
    }
    await eventually('it waits', () => clock.sleeping === 1);
    clock.advance(TAKE_OVER_MS / 2);
    await applying;
    expect(await positionOf(world)).toBe(ours.at(-1)?.id);
  });

  test('is taken over a bit at a time by a worker that is slow itself', async () => {
    const { world } = await dealt();
    const clock = new FakeClock();
    slowMatching(() => clock.advance(100));
    const applier = applierOf(world, clock);
    const taken: number[] = [];
    for (let count = 1; count > 0; taken.push(count)) count = await applier.applyWaiting(never);
    expect(taken.slice(0, 3)).toEqual([10, 2, 2]);
  });

  test('is taken over for no longer than they are waited for, and then they are waited for again', async () => {
    const { world, ours } = await dealt();
    const clock = new FakeClock({ flies: true });
    slowMatching(() => clock.advance(200));
    await applierOf(world, clock, 2).apply(new Batch(ours), never);
    expect(await positionOf(world)).toBe(ours.at(-1)?.id);
    const waitedMs = clock.sleeps.reduce((sum, ms) => sum + ms, 0);
    expect(waitedMs).toBeGreaterThanOrEqual(3 * TAKE_OVER_MS);
  });
});
