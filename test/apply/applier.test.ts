import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { Applier, type ApplierParts } from '../../src/apply/applier.ts';
import { Batch } from '../../src/apply/batch.ts';
import { LoadedDefinitions } from '../../src/apply/loaded-definitions.ts';
import { Matcher } from '../../src/apply/matcher.ts';
import { TAKE_OVER_MS } from '../../src/apply/turn.ts';
import type { Entry } from '../../src/model/intake.ts';
import { Connections } from '../../src/redis/connection.ts';
import { indexFaults } from '../support/deadlines.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FaultyLink } from '../support/faulty-link.ts';
import { logLines } from '../support/log-lines.ts';
import { adminBeside } from '../support/redis.ts';
import type { StreamValue } from '../support/snapshot.ts';
import { unreadableWindow } from '../support/unreadable-window.ts';
import { World } from '../support/world.ts';

const never = new AbortController().signal;

function applierOf(world: World, { chunkSize = 10, ...parts }: Partial<ApplierParts> & { chunkSize?: number } = {}) {
  const clock = new FakeClock({ flies: true });
  const { logger, lines } = logLines();
  const { redis, store } = world;
  const definitions = new LoadedDefinitions(redis, store, new Set(['prefect.log.write']));
  const matcher = new Matcher(definitions, parts.clock ?? clock, chunkSize);
  return { applier: new Applier({ redis, store, matcher, clock, logger, ...parts }), clock, lines };
}

const AUTOMATIONS = [
  {
    id: 'count',
    name: 'C',
    trigger: { posture: 'Reactive', expect: ['x'], threshold: 3, within: 20, for_each: ['id'] },
  },
  {
    id: 'watch',
    name: 'W',
    trigger: { posture: 'Proactive', after: ['x'], expect: ['y'], within: 15, for_each: ['id'] },
  },
  {
    id: 'listen',
    name: 'L',
    trigger: { posture: 'Reactive', expect: ['automation.triggered'], threshold: 2, within: 600 },
  },
];

/** How the server names the other end of a connection. */
function addressOf(redis: Redis): string {
  const { localAddress, localPort } = redis.stream as Socket;
  return `${localAddress}:${localPort}`;
}

/** An engine with a log of its own that is the same each time: nothing of it is applied. */
async function logged(count: number): Promise<World> {
  const world = new World();
  for (const document of AUTOMATIONS) await world.put(document);
  for (let i = 0; i < count; i += 1) {
    await world.at(i / 2).send(i % 5 === 4 ? 'y' : 'x', {
      id: `e${i}`,
      resource: `r${i % 7}`,
      ...(i % 23 === 22 && { follows: `e${i + 9}` }),
    });
  }
  return world;
}

/** Reads all of the log in turns. */
async function dealt(world: World, consumers: string[], size: number): Promise<Map<string, Entry[][]>> {
  const hands = new Map<string, Entry[][]>(consumers.map((consumer) => [consumer, []]));
  for (let turn = 0; ; turn += 1) {
    const consumer = consumers[turn % consumers.length] ?? '';
    const entries = await world.read(consumer, size);
    if (entries.length === 0) return hands;
    hands.get(consumer)?.push(entries);
  }
}

async function finish(world: World): Promise<void> {
  do await applierOf(world).applier.applyWaiting(never);
  while ((await world.waiting()).length > 0);
}

/** All but who was given what, and the index of triggers: its scores are lower bounds, which hang on how the log was cut. */
async function outcome(world: World) {
  const { events, due, ...state } = await world.state();
  expect(indexFaults({ ...state, due: due ?? {} })).toEqual([]);
  return { ...state, log: (events as StreamValue).entries, pending: (events as StreamValue).groups.engine?.pending };
}

test('several appliers with interleaved chunks leave the state that one leaves', async () => {
  const single = await logged(200);
  await applierOf(single).applier.apply(new Batch(await single.read('only')), never);
  await finish(single);
  const expected = await outcome(single);
  expect((await single.firings()).length).toBeGreaterThan(30);
  for (const [consumers, size] of [
    [['a', 'b'], 10],
    [['a', 'b', 'c'], 7],
  ] as const) {
    const world = await logged(200);
    const hands = await dealt(world, [...consumers], size);
    await Promise.all(
      [...hands.values()].map(async (hand) => {
        const { applier } = applierOf(world, { chunkSize: 4 });
        for (const entries of hand) await applier.apply(new Batch(entries), never);
      }),
    );
    await finish(world);
    expect(await outcome(world)).toEqual(expected);
  }
});

describe('when somebody else holds earlier entries', () => {
  async function stalled() {
    const world = await logged(40);
    const hands = await dealt(world, ['stalled', 'mine'], 20);
    return { world, held: hands.get('stalled')?.[0] ?? [], mine: hands.get('mine')?.[0] ?? [] };
  }

  test('it waits for its turn, looking ever more rarely', async () => {
    const { world, held, mine } = await stalled();
    const clock = new FakeClock();
    const { applier } = applierOf(world, { clock });
    const applying = applier.apply(new Batch(mine), never);
    for (let i = 0; i < 8; i += 1) {
      await eventually('it sleeps', () => clock.sleeping === 1);
      clock.advance(clock.sleeps.at(-1) ?? 0);
    }
    await eventually('it sleeps', () => clock.sleeping === 1);
    expect(clock.sleeps).toEqual([1, 2, 4, 8, 16, 16, 16, 16, 16]);
    expect((await world.state()).position).toBeUndefined();
    await applierOf(world).applier.apply(new Batch(held), never);
    clock.advance(16);
    await applying;
    expect((await world.state()).position).toBe(mine.at(-1)?.id);
  });

  test('after the bound it takes over, and whoever wakes up later changes nothing', async () => {
    const { world, held, mine } = await stalled();
    const { applier, clock } = applierOf(world);
    await applier.apply(new Batch(mine), never);
    expect(clock.nowMs()).toBeGreaterThanOrEqual(TAKE_OVER_MS);
    expect(clock.nowMs()).toBeLessThan(TAKE_OVER_MS + 50);
    await finish(world);
    const after = await outcome(world);
    expect(after.pending).toEqual({});
    await applierOf(world).applier.apply(new Batch(held), never);
    expect(await outcome(world)).toEqual(after);
    const single = await logged(40);
    await single.read('only');
    await finish(single);
    expect(after).toEqual(await outcome(single));
  });

  test('it gives up at once when it is asked to', async () => {
    const { world, mine } = await stalled();
    const clock = new FakeClock();
    const stop = new AbortController();
    const applying = applierOf(world, { clock }).applier.apply(new Batch(mine), stop.signal);
    await eventually('it sleeps', () => clock.sleeping === 1);
    stop.abort();
    await applying;
    expect((await world.state()).position).toBeUndefined();
  });
});

test('definitions that change between chunks are those of whole entries', async () => {
  const world = new World();
  const document = (name: string, expected: string) => ({
    id: 'a',
    name,
    trigger: { posture: 'Reactive', expect: ['x', expected] },
  });
  await world.put(document('old', 'y'));
  for (let i = 0; i < 50; i += 1) await world.send('x', { id: `e${i}` });
  let chunks = 0;
  const { applier } = applierOf(world, {
    observe: () => {
      chunks += 1;
    },
  });
  const entries = await world.read();
  await applier.apply(new Batch(entries.slice(0, 25)), never);
  await world.put(document('new', 'z'));
  await applier.apply(new Batch(entries.slice(25)), never);
  expect(chunks).toBe(6);
  const firings = await world.firings();
  expect(firings.map(({ event }) => event?.id)).toEqual(Array.from({ length: 50 }, (_, i) => `e${i}`));
  expect(firings.map(({ name, revision }) => `${name} ${revision}`)).toEqual([
    ...Array(25).fill('old 1'),
    ...Array(25).fill('new 2'),
  ]);
});

describe('an entry that fails before it has any effect', () => {
  test('is set aside after three attempts; those behind it go on', async () => {
    const world = await logged(0);
    for (const id of ['good', 'culprit', 'other']) await world.send('x', { id, resource: id });
    const [good, culprit, other] = await world.read();
    const { applier, clock, lines } = applierOf(world);
    await applier.apply(new Batch([good!]), never);
    const mend = await unreadableWindow(world, 'count', 'culprit');
    await applier.apply(new Batch([culprit!]), never);
    await mend();
    await applier.apply(new Batch([other!]), never);
    const state = await world.state();
    expect(state.counters).toEqual({ applied: '2', rejected: '1' });
    const letters = (state.dead as StreamValue).entries.map(([, fields]) => Object.values(fields).join(' '));
    expect(letters).toEqual([expect.stringMatching(/failed 3 times/)]);
    expect(letters[0]).toContain(culprit!.id);
    const failures = lines.filter(({ msg }) => msg === 'entry failed');
    expect(failures.slice(0, 2)).toMatchObject([{ attempts: 1 }, { attempts: 2 }]);
    expect(clock.sleeps.length).toBeGreaterThanOrEqual(2);
    expect((state.events as StreamValue).groups.engine?.pending).toEqual({});
  });

  test('is applied when what was wrong is mended in time', async () => {
    const world = await logged(1);
    const clock = new FakeClock();
    const mend = await unreadableWindow(world, 'count', 'r0');
    const { applier } = applierOf(world, { clock });
    const applying = applier.apply(new Batch(await world.read()), never);
    await eventually('it waits to try again', () => clock.sleeping === 1);
    await mend();
    clock.advance(1_000);
    await applying;
    expect((await world.state()).counters).toEqual({ applied: '1' });
  });
});

test('an observer gets each entry once with its words, also of chunks that were cut', async () => {
  const world = await logged(60);
  const told: string[] = [];
  const { applier } = applierOf(world, {
    chunkSize: 60,
    observe: (entries, applied) => {
      expect(entries).toHaveLength(applied.words.length);
      for (const [i, entry] of entries.entries()) told.push(`${entry.id} ${applied.words[i]?.split(' ')[0]}`);
    },
  });
  const entries = await world.read();
  await applier.apply(new Batch(entries.slice(0, 20)), never);
  await applier.apply(new Batch(entries.slice(10)), never);
  expect(told.map((line) => line.split(' ')[0])).toEqual(entries.map(({ id }) => id));
  expect(told.filter((line) => line.endsWith('parked'))).toHaveLength(2);
});

describe('a connection that breaks while a chunk is applied', () => {
  test.each([
    ['before the command arrived', ['request']],
    ['before the answer came back', ['answer']],
    ['again and again', ['answer', 'request', 'answer', 'answer', 'request']],
  ] as const)('loses nothing and doubles nothing: %s', async (_, breaks) => {
    const single = await logged(60);
    await single.read('only');
    await finish(single);
    const world = await logged(60);
    const link = await FaultyLink.to(inject('redisUrl'));
    const { logger, lines } = logLines();
    const connections = new Connections(link.url, logger);
    onTestFinished(() => connections.close());
    const { applier } = applierOf(world, { redis: connections.redis });
    const entries = await world.read('only');
    await applier.apply(new Batch(entries.slice(0, 10)), never);
    link.breakNext(...breaks);
    await applier.apply(new Batch(entries.slice(10)), never);
    expect([link.untroubled, link.broken]).toEqual([true, breaks.length]);
    expect(JSON.stringify(lines)).not.toContain('evalsha');
    await finish(world);
    expect(await outcome(world)).toEqual(await outcome(single));
  });

  test('also when the server throws the client out', async () => {
    const world = await logged(300);
    const connections = new Connections(inject('redisUrl'), logLines().logger);
    onTestFinished(() => connections.close());
    const admin = adminBeside(world.redis);
    let kills = 0;
    const { applier } = applierOf(world, {
      redis: connections.redis,
      observe: () => {
        if (kills < 3) void admin.client('KILL', 'ADDR', address);
        kills += 1;
      },
    });
    const { redis } = connections;
    await redis.ping();
    let address = addressOf(redis);
    redis.on('ready', () => {
      address = addressOf(redis);
    });
    await applier.apply(new Batch(await world.read('only')), never);
    const single = await logged(300);
    await applierOf(single).applier.apply(new Batch(await single.read('only')), never);
    expect(await outcome(world)).toEqual(await outcome(single));
  });
});
