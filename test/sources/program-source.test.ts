import { expect, test } from 'vitest';
import type { SourceItem } from '../../src/index.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';

/** Counts from behind a position up to a number, then waits until the signal aborts. */
function counting(upTo: number): (position: string | null, signal: AbortSignal) => AsyncIterable<SourceItem> {
  return async function* (position, signal) {
    for (let n = Number(position ?? 0) + 1; n <= upTo; n += 1) {
      if (n % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      yield { position: String(n), event: { event: 'counted', resource: { id: `n.${n}` } } };
    }
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  };
}

async function counted({ connections, store }: ReturnType<typeof engine>): Promise<string[]> {
  const entries = await connections.redis.xrange(store.keys.events, '-', '+');
  return entries.flatMap(([, [form, , , data = '{}']]) => (form === 'fed' ? [JSON.parse(data).id] : []));
}

test('what a program reads comes in once and in order, from two programs at once and through a stop', async () => {
  const watchfire = engine();
  const running = [await watchfire.source('numbers', counting(150)), await watchfire.source('numbers', counting(150))];
  await eventually('150 are in', async () => (await counted(watchfire)).length >= 150);
  await Promise.all(running.map((one) => one.stop()));
  await watchfire.source('numbers', counting(160));
  await eventually('160 are in', async () => (await counted(watchfire)).length >= 160);
  expect(await counted(watchfire)).toEqual(Array.from({ length: 160 }, (_, i) => `numbers:${i + 1}`));
});

test('an item is taken once it is in the log, a dead letter and a place alone too', async () => {
  const watchfire = engine();
  const taken: [string, number][] = [];
  await watchfire.source('told', async function* (_position, signal) {
    const item = (position: string) => ({
      position,
      taken: async () => taken.push([position, (await counted(watchfire)).length]),
    });
    yield { ...item('1'), event: { event: 'counted', resource: { id: 'n.1' } } };
    yield { ...item('2'), event: { event: 'counted', resource: {} as { id: string } } };
    yield item('3');
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  });
  await eventually('all are taken', () => taken.length === 3);
  expect(taken).toEqual(['1', '2', '3'].map((position) => [position, 1]));
});

test('a source that is sought while nothing comes is read from there', async () => {
  const watchfire = engine();
  await watchfire.source('numbers', counting(3));
  await eventually('all are in', async () => (await counted(watchfire)).length === 3);
  await watchfire.seekSource('numbers', '1');
  await eventually('two are in again', async () => (await counted(watchfire)).length === 5);
  expect(await counted(watchfire)).toEqual([1, 2, 3, 2, 3].map((n) => `numbers:${n}`));
});

test('what is no event is a dead letter, and the rest comes in', async () => {
  const watchfire = engine();
  await watchfire.source('mixed', async function* () {
    yield { position: '1', event: { event: 'a', resource: {} as { id: string } } };
    yield { position: '2' };
    yield { position: '3', event: { event: 'a', resource: { id: 'r' } } };
    await new Promise(() => undefined);
  });
  await eventually('the event is in', async () => (await counted(watchfire)).length === 1);
  expect(await watchfire.deadLetters()).toMatchObject([
    { source: 'sources', entry: 'mixed 1', reason: 'resource.id: is required' },
  ]);
});

test.each<[string, string]>([
  ['front', 'source'],
  ['g', 'source'],
  ['7', 'source'],
  ['a b', 'source'],
])('a source cannot be named %j', async (name, path) => {
  await expect(engine().source(name, counting(1))).rejects.toMatchObject({ path });
});

test('a source cannot hold absences for longer than a quarter of an hour', async () => {
  await expect(engine().source('a', counting(1), { hold: '20m' })).rejects.toMatchObject({ path: 'hold' });
});
