import { expect, test } from 'vitest';
import type { CountsByWord, HistoryMinute } from '../../src/index.ts';
import { runIn } from '../cli/run.ts';
import { engine, reactive, rejection } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { partitioned } from '../support/partitioned.ts';

/** The sums of some minutes: a test may run into the next one. */
function sums(
  minutes: readonly HistoryMinute[],
  of: (minute: HistoryMinute) => CountsByWord | undefined,
): CountsByWord {
  const all: Record<string, number> = {};
  for (const minute of minutes)
    for (const [word, count] of Object.entries(of(minute) ?? {})) all[word] = (all[word] ?? 0) + count;
  return all;
}

test('what happened in a minute can be read by programs and by people', async () => {
  const watchfire = engine();
  await watchfire.put(reactive('a'));
  await watchfire.put(reactive('b', { trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 9 } }));
  const worker = await watchfire.startWorker();
  for (const id of ['one', 'two', 'two']) await watchfire.emit({ id, event: 'order.failed', resource: { id } });
  const { redis } = watchfire.connections;
  await eventually(
    'all is applied',
    async () => (await redis.hget(watchfire.store.keys.counters, 'duplicate')) === '1',
  );
  await eventually('both have fired', async () => (await watchfire.status()).unrelayed === 0);
  await worker.stop();
  const minutes = await watchfire.history({ minutes: 2 });
  expect(minutes.map(({ at }) => at % 60_000)).toEqual([0, 0]);
  expect(sums(minutes, ({ events }) => events)).toEqual({ applied: 2, duplicate: 1 });
  expect(sums(minutes, ({ decisions }) => decisions.a)).toEqual({ fired: 2 });
  expect(sums(minutes, ({ decisions }) => decisions.b)).toEqual({ counted: 2 });
  expect(sums(minutes, ({ firings }) => firings.a)).toEqual({ Triggered: 2 });
  const [, only] = await watchfire.history({ minutes: 2, automation: 'b' });
  expect(Object.keys(only?.decisions ?? {}).filter((id) => id !== 'b')).toEqual([]);
  const { status, out } = await runIn(watchfire.settings.namespace)(['history', '--since', '2m']);
  expect(status).toBe(0);
  expect(out.join('\n')).toMatch(/2 applied/);
});

test('of all partitions together', async () => {
  const watchfire = await partitioned(2);
  await watchfire.put(reactive('a'));
  const worker = await watchfire.startWorker();
  for (const id of ['one', 'two', 'three', 'four']) await watchfire.emit({ event: 'order.failed', resource: { id } });
  await eventually('all have fired', async () => {
    const { firings, unrelayed } = await watchfire.status();
    return firings === 4 && unrelayed === 0;
  });
  await worker.stop();
  const minutes = await watchfire.history({ minutes: 2 });
  expect(sums(minutes, ({ events }) => ({ applied: events.applied ?? 0 }))).toEqual({ applied: 4 });
  expect(sums(minutes, ({ firings }) => firings.a)).toEqual({ Triggered: 4 });
});

test.each([0, 1.5, 2_881])('there are no %d minutes', async (minutes) => {
  expect(await rejection(engine().history({ minutes }))).toMatchObject({ path: 'minutes' });
});
