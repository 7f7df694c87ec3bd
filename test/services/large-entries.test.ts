import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Watchfire } from '../../src/index.ts';
import { keysOf } from '../../src/redis/keys.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { testClient } from '../support/redis.ts';

/** More than is read of one entry. */
const value = 'v'.repeat(2_100_000);
const texts = Array.from({ length: 300_000 }, (_, i) => `${i % 10}`);
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');
const first = value.slice(0, 1_024);

/** Two large entries between three honest events. @returns the ids of the large ones */
async function sendAll(watchfire: Watchfire): Promise<string[]> {
  const redis = testClient();
  const { events } = keysOf(watchfire.settings.namespace);
  const honest = () => redis.xadd(events, '*', 'event', 'x', 'resource.id', 'r');
  await honest();
  const ids = [await redis.xadd(events, '*', 'data', value), await redis.call('XADD', [events, '*', ...texts])];
  await honest();
  return [...ids.map(String), String(await redis.xadd(events, '*', 'a', 'b', 'c', value, 'd', 'e'))];
}

const each = { id: 'a', name: 'a', trigger: { posture: 'Reactive', expect: ['x'] } } as const;

async function allHolds(watchfire: Watchfire, ids: readonly string[]): Promise<void> {
  const { counters } = await eventually('all is applied', async () => {
    const status = await watchfire.status();
    return status.firings === 2 && status.behind === 0 && status.dead === 3 ? status : null;
  });
  expect(counters).toMatchObject({ applied: 2, rejected: 3 });
  const known = await eventually('each digest is known', async () => {
    const letters = await watchfire.deadLetters();
    return letters.every((letter) => letter.sha1 !== '') ? letters : null;
  });
  const byEntry = known.sort((a, b) => ids.indexOf(a.entry) - ids.indexOf(b.entry));
  const all = texts.join('');
  expect(byEntry.map(({ entry, bytes, sha1: digest, beginning }) => [entry, bytes, digest, beginning])).toEqual([
    [ids[0], value.length + 4, sha1(value), first],
    [ids[1], all.length, sha1(all), all.slice(0, 1_024)],
    [ids[2], value.length + 5, sha1(`${value}de`), first],
  ]);
  expect(known[0]?.reason).toBe('entry: has 2100004 bytes; at most 2000000 in at most 250000 texts are read');
  expect((await watchfire.status()).lost).toBe(0);
}

test('entries too large to be read go to the dead letters with size, digest and beginning, and hold up nothing', async () => {
  const watchfire = engine();
  await watchfire.put(each);
  await watchfire.startWorker();
  await allHolds(watchfire, await sendAll(watchfire));
});

test('the same where they waited for a worker, and what is asked of the log meanwhile has an answer', async () => {
  const watchfire = engine();
  await watchfire.put(each);
  const ids = await sendAll(watchfire);
  expect(await watchfire.status()).toMatchObject({ behind: 5, entries: 5, dead: 0 });
  const [warnings] = await watchfire.review([await watchfire.get('a')]);
  expect(warnings).toEqual([]);
  await watchfire.startWorker();
  await allHolds(watchfire, ids);
});

test('two workers do it once', async () => {
  const watchfire = engine();
  await watchfire.put(each);
  const ids = await sendAll(watchfire);
  const other = engine({ namespace: watchfire.settings.namespace });
  await Promise.all([watchfire.startWorker(), other.startWorker()]);
  await allHolds(watchfire, ids);
});

test('what the engine writes of an event of valid size may be larger, and is applied', async () => {
  const watchfire = engine();
  await watchfire.put(each);
  await watchfire.startWorker();
  // As they are sent five characters each, as the engine writes them 22.
  const numbers = `[${new Array(250_000).fill('1e20').join(',')}]`;
  const data = `{"event":"x","resource":{"id":"r"},"follows":"leader","payload":{"numbers":${numbers}}}`;
  const redis = testClient();
  await redis.xadd(keysOf(watchfire.settings.namespace).events, '*', 'data', data);
  await eventually('it waits for its leader', async () => (await watchfire.status()).parked === 1);
  await watchfire.emit({ id: 'leader', event: 'y', resource: { id: 'r' } });
  await eventually('it has come back and fired', async () => (await watchfire.status()).firings === 1);
  expect((await watchfire.status()).dead).toBe(0);
});
