import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../src/migrate/migration.ts';
import { requireFormat, requireReadable } from '../../src/redis/format.ts';
import { signOfLife } from '../../src/redis/heartbeat.ts';
import { FORMAT } from '../../src/redis/keys.ts';
import { indexFaults } from '../support/deadlines.ts';
import { restoreDump } from '../support/dump.ts';
import { rejection } from '../support/engine.ts';
import { keysIn } from '../support/namespace.ts';
import { adminBeside } from '../support/redis.ts';
import type { Snapshot } from '../support/snapshot.ts';
import { ENGINE_KEYS, World } from '../support/world.ts';
import { type Continued, continueOn } from './continuation.ts';
import { isUntouched } from './untouched.ts';

/** After how many calls each run is killed in turn: each time amid something else. */
const CALLS = [1, 2, 3, 7, 11, 17];

/** What a client that was killed says. */
const KILLED = 'killed';

/** A client that is killed when the answer of a script comes, the last of so many: what the script did stays. */
function mortal(redis: Redis, calls: number): Redis {
  let left = calls;
  return new Proxy(redis, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (name !== 'evalsha') return value.bind(target) as unknown;
      return async (...words: unknown[]): Promise<unknown> => {
        const answer = await (value as (...all: unknown[]) => Promise<unknown>).apply(target, words);
        left -= 1;
        if (left === 0) throw new Error(KILLED);
        return answer;
      };
    },
  });
}

/** Each dump with the version that `migrate` finds in it. */
const DUMPS = [
  ['0.1.0', '0.1.0'],
  ['format-2', 'format 2'],
] as const;

/** A dump in a world of its own; its workers are stopped. */
async function restored(dump: string): Promise<{ world: World; takenMs: number }> {
  const world = new World();
  const { takenMs } = await restoreDump(world.redis, `${dump}.json.gz`, world.namespace);
  await stopWorkers(world);
  world.clock.moveTo(takenMs);
  return { world, takenMs };
}

async function stopWorkers({ redis, namespace }: World): Promise<void> {
  const admin = adminBeside(redis);
  const signs = (await keysIn(admin, namespace)).filter((key) => /^worker(s$|:)/.test(key));
  for (const key of signs) await admin.del(`{${namespace}}:${key}`);
}

/** What the version that wrote a dump did when it went on by itself. */
async function recorded(dump: string): Promise<Continued> {
  const packed = await readFile(new URL(`../dumps/${dump}.continued.json.gz`, import.meta.url));
  return JSON.parse((await promisify(gunzip)(packed)).toString()) as Continued;
}

/** The value of a field of a ledger entry. */
const automationIn = (fields: readonly string[]): string | undefined => fields[fields.indexOf('automation') + 1];

/** Fields that the versions which wrote the dumps did not write yet. */
const NEW_FIELDS: ReadonlySet<string> = new Set(['worker', 'story']);

/** Firings without the ids of their entries: which sequence number one gets hangs on what other automations fired. */
function withoutIds(firings: Continued['firings']): unknown[] {
  return firings.map(([, fields]) => fields.filter((_, i) => !NEW_FIELDS.has(fields[i - (i % 2)] ?? '')));
}

/** All of a namespace but BullMQ's own and what has a time to live. */
async function settled(world: World): Promise<Snapshot> {
  const admin = adminBeside(world.redis);
  for (const key of await keysIn(admin, world.namespace)) {
    if (/^(bull:|attempts|worker)/.test(key)) await admin.del(`{${world.namespace}}:${key}`);
  }
  return await world.state();
}

describe.each(DUMPS)('the dump of %s', (dump, from) => {
  test('is led over, and goes on as the version that wrote it went on by itself', async () => {
    const { world, takenMs } = await restored(dump);
    const documents = await world.redis.hgetall(world.store.keys.automations);
    const report = await migrate(world.redis, world.store);
    expect(report).toMatchObject({ from, to: FORMAT, finished: true });
    const continued = await continueOn(world, takenMs);
    const expected = await recorded(dump);
    const untouched = Object.entries(documents).flatMap(([id, text]) => (isUntouched(text) ? [id] : []));
    expect(untouched.length).toBeGreaterThan(3);
    const of = ({ firings }: Continued) =>
      untouched.map((id) => withoutIds(firings.filter(([, fields]) => automationIn(fields) === id)));
    expect(of(continued)).toEqual(of(expected));
    expect(of(continued).flat().length).toBeGreaterThan(100);
  });

  test('comes to the same state when it is killed after a call, again and again', async () => {
    const [{ world }, { world: other }] = [await restored(dump), await restored(dump)];
    await migrate(world.redis, world.store);
    let runs = 0;
    for (let finished = false; !finished; runs += 1) {
      try {
        ({ finished } = await migrate(mortal(other.redis, CALLS[runs % CALLS.length] ?? 1), other.store));
      } catch (error) {
        expect((error as Error).message).toBe(KILLED);
      }
    }
    expect(runs).toBeGreaterThan(10);
    expect(await settled(other)).toEqual(await settled(world));
  });

  test('is only counted by a dry run, which finds as much as the migration then leads over', async () => {
    const { world } = await restored(dump);
    const before = await settled(world);
    const dry = await migrate(world.redis, world.store, { dryRun: true });
    expect(await world.state()).toEqual(before);
    const told: number[] = [];
    const wet = await migrate(world.redis, world.store, { onProgress: ({ done, total }) => told.push(done / total) });
    expect(wet).toEqual(dry);
    const { definitions, ...others } = wet.counts;
    expect(definitions).toBe(0);
    expect(Object.values(others).every((count) => count > 0)).toBe(dump === '0.1.0');
    expect(Math.max(...told)).toBeGreaterThan(0.5);
    expect(Math.max(...told)).toBeLessThanOrEqual(1);
  });

  test('leaves no key of an old form behind, and each window in the timetable', async () => {
    const { world } = await restored(dump);
    await migrate(world.redis, world.store);
    const state = await settled(world);
    const known = new Set(ENGINE_KEYS.map((key) => key.replace(/[:*].*$/, '')));
    expect(Object.keys(state).filter((key) => !known.has(key.split(':')[0] ?? ''))).toEqual([]);
    expect(Object.keys(state).filter((key) => /^(window|bucket|seen:\d+:|followers:[\w-]{16}$)/.test(key))).toEqual(
      Object.keys(state).filter((key) => key.startsWith('windows:')),
    );
    expect(indexFaults(state)).toEqual([]);
    expect(state.format).toBe(FORMAT);
    expect(state.clock).toEqual({ newest: expect.any(String), arrival: expect.any(String), position: state.position });
    for (const id of Object.keys(state.parked ?? {})) {
      const { followers, member } = state[`parked:${id}`] as Record<string, string>;
      expect(Object.keys(state[`followers:${followers}`] ?? {}), id).toContain(member);
    }
    const documents = Object.keys(state).filter((key) => key.startsWith('automation:'));
    const lives = await Promise.all(documents.map((key) => world.redis.pttl(`{${world.namespace}}:${key}`)));
    expect(new Set(lives)).toEqual(new Set([-1]));
  });

  test('is refused while a worker lives, and as it is when something in it cannot be read', async () => {
    const { world } = await restored(dump);
    const { redis, store, namespace } = world;
    const before = await settled(world);
    await signOfLife(redis, store, { id: 'w-1', generation: '1', paused: [], atMs: Date.now() });
    expect(await rejection(migrate(redis, store))).toMatchObject({
      code: 'WORKERS_ALIVE',
      message: expect.stringContaining('a worker lives in this namespace (w-1): stop all workers'),
    });
    await stopWorkers(world);
    expect(await world.state()).toEqual(before);
    const word = dump === '0.1.0' ? 'bucket' : 'window';
    const key = Object.keys(before).find((name) => name.startsWith(`${word}:count`)) ?? '';
    const full = `{${namespace}}:${key}`;
    await redis.hset(full, 'count', 'many');
    const spoilt = await world.state();
    const error = await rejection(migrate(redis, store));
    expect(error).toMatchObject({ code: 'CANNOT_MIGRATE', key: full });
    expect((error as Error).message).toBe(
      `${full}: field count must be a whole number (found "many"); correct or delete it, then run "watchfire migrate" again`,
    );
    expect(await world.state()).toEqual(spoilt);
    await redis.del(full);
    await redis.set(full, 'x');
    expect(((await rejection(migrate(redis, store))) as Error).message).toContain(
      `${full}: must be a hash, is a string (found "x")`,
    );
    await redis.del(full);
    expect(await migrate(redis, store)).toMatchObject({ finished: true });
  });
});

describe('a namespace', () => {
  test('that is led over, or empty, has nothing to do', async () => {
    const { world } = await restored('format-2');
    await migrate(world.redis, world.store);
    const before = await world.state();
    for (const dryRun of [true, false]) {
      expect(await migrate(world.redis, world.store, { dryRun })).toMatchObject({ from: null, finished: true });
    }
    expect(await world.state()).toEqual(before);
    const empty = new World();
    expect(await migrate(empty.redis, empty.store)).toMatchObject({ from: null, finished: true });
    expect(await empty.state()).toEqual({});
  });

  test('of format 3 gets its automations compiled anew, and keeps its state', async () => {
    const { world } = await restored('format-2');
    await migrate(world.redis, world.store);
    const before = await world.state();
    const { redis, store } = world;
    await redis.set(store.keys.format, '3');
    for (const key of Object.keys(before).filter((name) => name.startsWith('trigger:'))) {
      await redis.set(`{${world.namespace}}:${key}`, 'of an earlier version');
    }
    expect(await migrate(redis, store)).toMatchObject({ from: 'format 3', finished: true });
    expect(await world.state()).toEqual(before);
  });

  test('of format 4 gets a history that begins at its position, once', async () => {
    const { world } = await restored('format-2');
    const { redis, store } = world;
    await migrate(redis, store);
    const before = await world.state();
    await redis.del(store.keys.history);
    await redis.set(store.keys.format, '4');
    expect(await migrate(redis, store)).toMatchObject({ from: 'format 4', finished: true, counts: { history: 1 } });
    expect(await world.state()).toEqual(before);
    const [[id, fields] = ['', []], ...others] = await redis.xrange(store.keys.history, '-', '+');
    expect(others).toEqual([]);
    const position = String(await redis.get(store.keys.position));
    expect(id).toBe(`${position.split('-')[0]}-1`);
    const generation = String(await redis.get(store.keys.generation));
    expect(fields).toEqual(expect.arrayContaining(['begun', generation, position]));
  });

  test('of format 5 keeps all of its state, and gets its number', async () => {
    const { world } = await restored('format-2');
    const { redis, store } = world;
    await migrate(redis, store);
    const before = await world.state();
    await redis.set(store.keys.format, '5');
    expect(await migrate(redis, store)).toMatchObject({ from: 'format 5', finished: true });
    expect(await world.state()).toEqual(before);
  });

  test('of a later version is refused', async () => {
    const { redis, store } = new World();
    for (const form of ['7', 'leaving 6', 'x']) {
      await redis.set(store.keys.format, form);
      expect(await rejection(migrate(redis, store))).toMatchObject({ code: 'WRONG_FORMAT', writer: 'newer' });
      expect(await redis.get(store.keys.format)).toBe(form);
    }
  });

  test('whose migration was interrupted is refused by all, with the advice to go on', async () => {
    const { world } = await restored('format-2');
    const abort = new AbortController();
    let told = 0;
    const onProgress = (): void => {
      told += 1;
      // The second half of what it tells is of the migration itself.
      if (told > 150) abort.abort();
    };
    const report = await migrate(world.redis, world.store, { onProgress, signal: abort.signal });
    expect(report.finished).toBe(false);
    expect(await world.redis.get(world.store.keys.format)).toBe('leaving 2');
    for (const look of [requireFormat, requireReadable]) {
      const error = await rejection(look(world.redis, world.store));
      expect(error).toMatchObject({
        writer: 'older',
        message: expect.stringContaining('"watchfire migrate" leads it over'),
      });
    }
    expect(await migrate(world.redis, world.store)).toMatchObject({ from: 'format 2', finished: true });
  });
});
