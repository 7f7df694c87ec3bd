import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import type { Watchfire } from '../../src/index.ts';
import { type Keys, keysOf } from '../../src/redis/keys.ts';
import { KEY_TYPES } from '../../src/redis/steps/mend-keys.ts';
import { randomOf } from '../rigs/chaos/load.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { FLEETING } from '../support/fleeting-keys.ts';
import { hastyClock } from '../support/hasty-clock.ts';
import { type Line, logLines } from '../support/log-lines.ts';
import { adminClient } from '../support/redis.ts';

/** An engine at work in which every key of the table in ARCHITECTURE.md stands that can stand for long. */
type Scene = Readonly<{ watchfire: Watchfire; redis: Redis; lines: Line[]; name: (suffix: string) => string }>;

const child = (name: string) => ({ posture: 'Reactive', expect: [name] }) as const;

async function scene(): Promise<Scene> {
  const { logger, lines } = logLines();
  const watchfire = engine({ logger, clock: hastyClock(8) });
  const { namespace } = watchfire.settings;
  const put = async (id: string, trigger: object, actions: object[] = []): Promise<void> =>
    void (await watchfire.put({ id, name: id, trigger, actions } as Parameters<Watchfire['put']>[0]));
  await put('fires', { ...child('x'), for_each: ['id'] });
  await put('fires', { ...child('x'), for_each: ['id'] }, [{ type: 'queue', queue: 'q' }]);
  await put('watch', { posture: 'Proactive', after: ['on'], expect: ['off'], within: 3_600, for_each: ['id'] });
  await put('hears', child('automation.triggered'));
  await put('both', { type: 'compound', require: 'all', within: 3_600, triggers: [child('one'), child('two')] });
  await watchfire.setQuotas({ windows: 1_000 });
  await watchfire.setNamespaceSettings({ followWaitMs: 800_000 });
  await watchfire.startWorker();
  const send = async (event: string, id: string, more: object = {}): Promise<void> =>
    void (await watchfire.emit({ event, resource: { id }, ...more }));
  await send('on', 'k');
  await send('off', 'early');
  await send('one', 'r');
  await send('off', 'k', { id: 'waits', follows: 'nobody' });
  await send('x', 'begin');
  const redis = adminClient();
  await redis.xadd(`{${namespace}}:events`, '*', 'no', 'event');
  const name = (suffix: string): string => `{${namespace}}:${suffix}`;
  await eventually('all is applied', async () => (await watchfire.status()).behind === 0);
  await eventually('what is small is copied', async () => {
    const copied = await redis.hmget(name('copies'), 'there', 'clock', 'seen', 'parked', 'holds', 'early', 'quotas');
    const plans = await redis.hexists(name('copies'), 'plan:both');
    return copied.every((text) => text !== null) && plans === 1;
  });
  await watchfire.acknowledge();
  return { watchfire, redis, lines, name };
}

/** Whether status and the log name the key, as damage or as what is wrong now. */
async function told({ watchfire, lines }: Scene, key: string): Promise<boolean> {
  const said = await watchfire.status().then(
    ({ damage }) => damage.map((one) => `${one.key}: ${one.sentence}`).join('\n'),
    (error: Error) => error.message,
  );
  return said.includes(key) && lines.some((line) => JSON.stringify(line).includes(key));
}

let probes = 0;

/** An event that is sent now takes effect, whatever was done. */
async function goesOn({ watchfire }: Scene): Promise<void> {
  probes += 1;
  const id = `probe-${probes}`;
  await eventually('an event fires', async () => {
    await watchfire.emit({ id, event: 'x', resource: { id } });
    return (await watchfire.firings()).firings.some(({ firing }) => firing.event?.id === id);
  });
}

/** Nothing is wrong any more, once somebody has said that they know. */
async function endsByItself({ watchfire }: Scene): Promise<void> {
  await eventually('nothing is reported any more', async () => {
    await watchfire.acknowledge();
    const { damage } = await watchfire.status();
    const checks = await watchfire.diagnose();
    return damage.length === 0 && checks.every(({ name, grade }) => name !== 'keys' || grade === 'ok');
  });
}

const names = Object.keys(KEY_TYPES) as (keyof Keys)[];

/** A channel; and what is there while `watchfire repartition` is at work, when no worker runs. */
const OTHERS = ['live', 'next', 'former'];

test('the table has every key of the engine that stands alone', () => {
  expect([...names, ...OTHERS].sort()).toEqual(Object.keys(keysOf('n')).sort());
});

/** What each type is written over with. */
const OTHER: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.multi().del(key).rpush(key, 'rubbish').exec(),
  hash: (redis, key) => redis.set(key, 'rubbish'),
  zset: (redis, key) => redis.set(key, 'rubbish'),
  set: (redis, key) => redis.set(key, 'rubbish'),
  stream: (redis, key) => redis.set(key, 'rubbish'),
};

/** Values that nobody but others writes, in keys whose values have a form. */
const RUBBISH: Partial<Record<keyof Keys, (redis: Redis, key: string) => Promise<unknown>>> = {
  format: (redis, key) => redis.set(key, 'abc'),
  position: (redis, key) => redis.set(key, 'abc'),
  generation: (redis, key) => redis.set(key, 'abc'),
  seen: (redis, key) => redis.set(key, 'abc'),
  clock: (redis, key) => redis.hset(key, 'newest', 'abc', 'arrival', '-', 'position', 'abc'),
  automations: (redis, key) => redis.hset(key, 'fires', 'abc'),
  plans: (redis, key) => redis.hset(key, 'fires', 'abc'),
  counters: (redis, key) => redis.hset(key, 'applied', 'abc'),
  quota_used: (redis, key) => redis.hset(key, '', 'abc', 'fires', '-'),
};

const LARGEST_ID = '18446744073709551615-18446744073709551615';

/** The same, of a form that is almost right. */
const NEARLY_RIGHT: Partial<Record<keyof Keys, (redis: Redis, key: string) => Promise<unknown>>> = {
  position: (redis, key) => redis.set(key, '99999999999999999999999-0'),
  generation: (redis, key) => redis.set(key, '99999999999999999'),
  seen: (redis, key) => redis.set(key, '[[[]]]'),
  clock: (redis, key) => redis.hset(key, 'unfinished', 'resume {}'),
  audit: (redis, key) => redis.hset(key, 'added', '-', 'processed', '1e400', 'anchor', ''),
  firings: (redis, key) => redis.xadd(key, LARGEST_ID, 'a', 'b'),
  dead: (redis, key) => redis.xadd(key, LARGEST_ID, 'a', 'b'),
  history: (redis, key) => redis.xadd(key, LARGEST_ID, 'a', 'b'),
};

/** Numbers and copies that nobody misses, but that must not stop anything. */
const UNTOLD: Partial<Record<keyof Keys, (redis: Redis, key: string) => Promise<unknown>>> = {
  copies: (redis, key) =>
    redis.hset(key, 'there', 'abc', 'clock', '[1]', 'seen', '[1]', 'generation', '-', 'parked', '{}'),
  outdated: (redis, key) => redis.zadd(key, 0, 'abc'),
  attempts: (redis, key) => redis.hset(key, 'worker:x', 'abc'),
  holds: (redis, key) => redis.hset(key, 'waits', 'abc'),
  early: (redis, key) => redis.zadd(key, 0, 'abc'),
  garbage: (redis, key) => redis.zadd(key, 0, ''),
  workers: (redis, key) => redis.zadd(key, '+inf', '\u001b'),
  handlers: (redis, key) => redis.hset(key, 'page', 'abc'),
};

/** Where numbers that are none are noticed when something is counted. */
const COUNTED: readonly string[] = ['counters', 'quota_used'];

/** Engines at a time: each has a worker. */
const AT_ONCE = 24;

/** Which share of the keys is tried, chosen by a seed: `npm run proof -- keys` tries all of them, and so does the whole run. */
const SHARE = extent('share', 0.25);
const SEED = seedOfRun();
const random = randomOf(SEED);

/** Plays it with each, on engines of their own, and says which it did not hold for. */
async function each<T extends string>(all: readonly T[], play: (one: T) => Promise<void>): Promise<void> {
  const chosen = all.filter(() => random() < SHARE);
  const failed: string[] = [];
  for (let from = 0; from < chosen.length; from += AT_ONCE) {
    const some = chosen.slice(from, from + AT_ONCE);
    await Promise.all(some.map((one) => play(one).catch((error: Error) => failed.push(`${one}: ${error.message}`))));
  }
  expect(failed, `seed ${SEED}`).toEqual([]);
}

describe('a key that stands alone is named in reports, the engine goes on, and reports end', () => {
  test('when it was deleted', async () => {
    await each(
      names.filter((name) => !FLEETING.includes(name)),
      async (key) => {
        const world = await scene();
        await world.redis.del(world.watchfire.store.keys[key]);
        await holds(world, world.watchfire.store.keys[key]);
      },
    );
  });

  test('when it has another type', async () => {
    await each(names, async (key) => {
      const world = await scene();
      await OTHER[KEY_TYPES[key] ?? '']?.(world.redis, world.watchfire.store.keys[key]);
      await holds(world, world.watchfire.store.keys[key]);
    });
  });

  test('when it holds rubbish', async () => {
    await each(Object.keys(RUBBISH) as (keyof Keys)[], async (key) => {
      const world = await scene();
      await RUBBISH[key]?.(world.redis, world.watchfire.store.keys[key]);
      if (COUNTED.includes(key)) await goesOn(world);
      await holds(world, world.watchfire.store.keys[key]);
    });
  });
});

test('a value that is almost right is named, the engine goes on, and reports end', async () => {
  await each(Object.keys(NEARLY_RIGHT) as (keyof Keys)[], async (key) => {
    const world = await scene();
    await NEARLY_RIGHT[key]?.(world.redis, world.watchfire.store.keys[key]);
    await holds(world, world.watchfire.store.keys[key]);
  });
});

test('rubbish of which nothing depends stops nothing', async () => {
  await each(Object.keys(UNTOLD) as (keyof Keys)[], async (key) => {
    const world = await scene();
    await UNTOLD[key]?.(world.redis, world.watchfire.store.keys[key]);
    await world.watchfire.emit({ event: 'y', resource: { id: 'r' }, id: 'nobody' });
    await eventually('the parked event is back', async () => (await world.watchfire.parked()).total === 0);
    await goesOn(world);
    await endsByItself(world);
    const raw = world.lines.filter((line) => /attempt to|bad argument|must be strings/.test(JSON.stringify(line)));
    expect(raw, key).toEqual([]);
  });
});

test('a compiled trigger that others wrote over costs no event', async () => {
  const world = await scene();
  await world.redis.set(world.name('trigger:fires++1'), 'abc');
  await holds(world, world.name('trigger:fires++1'));
  expect((await world.watchfire.status()).dead).toBe(1);
});

test('what is there for moments is missed by nobody', async () => {
  await each(FLEETING, async (key) => {
    const world = await scene();
    await world.redis.del(world.watchfire.store.keys[key as keyof Keys]);
    await goesOn(world);
    await endsByItself(world);
  });
});

/** Keys of triggers, events and generations. What `last` holds is missed by absences alone. */
const PREFIXED: Readonly<Record<string, 'hash' | 'zset' | 'string'>> = {
  'windows:watch++3': 'hash',
  'deadlines:watch++3': 'zset',
  'deadlines:both++5': 'zset',
  'trigger:fires++1': 'string',
  'trigger:both++5': 'string',
  'composite:both++5:': 'hash',
  'automation:fires': 'hash',
  'parked:waits': 'hash',
  followers: 'zset',
  seen: 'hash',
  early: 'hash',
};

/** The key that begins so. */
async function keyOf({ redis, name }: Scene, start: string): Promise<string> {
  if (start.includes(':')) return name(start);
  const found = await redis.keys(`${name(start)}:*`.replace(/[{}]/g, '\\$&'));
  return found[0] ?? '';
}

/** As reports name it: groups of a composite together. */
const toldAs = (key: string): string => key.replace(/(:composite:[^:]+:).*/, '$1*');

describe('a key of a trigger, a parked event or a generation is named in reports, and the engine goes on', () => {
  test('when it was deleted', async () => {
    await each(Object.keys(PREFIXED), async (start) => {
      const world = await scene();
      const key = await keyOf(world, start);
      expect(await world.redis.del(key), key).toBe(1);
      await holds(world, toldAs(key));
    });
  });

  test('when it has another type, and events meet it meanwhile', async () => {
    await each([...Object.keys(PREFIXED), 'last:watch++3'], async (start) => {
      const world = await scene();
      const key = await keyOf(world, start);
      await OTHER[PREFIXED[start] ?? 'hash']?.(world.redis, key);
      for (const event of ['two', 'off', 'nobody', 'on', 'x']) {
        await world.watchfire.emit({ id: event, event, resource: { id: 'k' } });
      }
      await holds(world, toldAs(key));
      expect((await world.watchfire.status()).dead).toBe(1);
    });
  });
});

async function holds(world: Scene, key: string): Promise<void> {
  await eventually(`${key} is named`, () => told(world, key));
  await goesOn(world);
  await endsByItself(world);
}
