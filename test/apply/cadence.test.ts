import { expect, test } from 'vitest';
import { Cadence } from '../../src/apply/cadence.ts';
import { FakeClock } from '../support/fake-clock.ts';

const never = new AbortController().signal;

/** How long each of some reads waits before it is sent, in ms. `reads`: how many entries each brings, and how long that takes. */
async function waits(...reads: readonly (readonly [entries: number, tookMs: number])[]): Promise<number[]> {
  const clock = new FakeClock({ flies: true });
  const cadence = new Cadence(clock);
  const waited: number[] = [];
  for (const [entries, tookMs] of reads) {
    const beginMs = clock.nowMs();
    await cadence.next(never);
    waited.push(clock.nowMs() - beginMs);
    cadence.brought(entries);
    clock.advance(tookMs);
  }
  return waited;
}

test('single entries that come one behind the other are read every 3 ms', async () => {
  expect(await waits([1, 0], [3, 1], [1, 2], [49, 0], [1, 0])).toEqual([0, 3, 2, 1, 3]);
});

test('an entry that comes now and then is read at once, and so is the next one', async () => {
  expect(await waits([1, 3], [1, 2_000], [0, 2_000], [1, 0])).toEqual([0, 0, 0, 0]);
});

test('behind many entries the next ones are read at once', async () => {
  expect(await waits([50, 1], [1_000, 0], [1, 1], [1, 0])).toEqual([0, 0, 0, 2]);
});

test('a clock that is set back makes nobody wait', async () => {
  const clock = new FakeClock({ nowMs: 3_600_000, flies: true });
  const cadence = new Cadence(clock);
  await cadence.next(never);
  cadence.brought(1);
  clock.advance(-3_600_000);
  await cadence.next(never);
  expect(clock.sleeps).toEqual([]);
});

test('a reader that stops waits no longer', async () => {
  const clock = new FakeClock();
  const cadence = new Cadence(clock);
  await cadence.next(never);
  cadence.brought(1);
  await expect(cadence.next(AbortSignal.abort())).resolves.toBeUndefined();
});
