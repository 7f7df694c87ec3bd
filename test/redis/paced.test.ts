import { expect, test } from 'vitest';
import { Paced } from '../../src/redis/paced.ts';

/** A reader whose time passes by what it does alone, and how long it waited before each page. */
function paced() {
  let nowMs = 0;
  let waitedMs = 0;
  const reader = new Paced(
    () => nowMs,
    async (ms) => {
      nowMs += ms;
      waitedMs = ms;
    },
  );
  const work = (ms: number): void => {
    nowMs += ms;
  };
  const read = async (tookMs: number): Promise<number> => {
    waitedMs = 0;
    const found = await reader.read(async () => {
      work(tookMs);
      return tookMs;
    });
    expect(found).toBe(tookMs);
    return waitedMs;
  };
  return { read, work };
}

test('the server is left to others nine times as long as a page took', async () => {
  const { read } = paced();
  expect(await read(4)).toBe(0);
  expect(await read(7)).toBe(36);
  expect(await read(1)).toBe(63);
});

test('a reader that worked with the page meanwhile does not wait, or waits for the rest alone', async () => {
  const { read, work } = paced();
  await read(2);
  work(18);
  expect(await read(2)).toBe(0);
  work(10);
  expect(await read(2)).toBe(8);
});

test('a server that stood still for a while holds nobody up for longer than a quarter of a second', async () => {
  const { read } = paced();
  await read(60_000);
  expect(await read(0)).toBe(250);
});
