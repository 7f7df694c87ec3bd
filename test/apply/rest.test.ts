import { describe, expect, test } from 'vitest';
import type { Passage } from '../../src/apply/applier.ts';
import { Rest } from '../../src/apply/rest.ts';
import { FakeClock } from '../support/fake-clock.ts';

const never = new AbortController().signal;

/** A call of 100 entries takes 2 ms, so Redis applies 50 entries a ms at most. */
const CALL = { callMs: 2, called: 100 };
const AT_ONCE: Passage = { waitedMs: 0, meanwhile: 0, ...CALL };
const after = (waitedMs: number, meanwhile: number): Passage => ({ waitedMs, meanwhile, ...CALL });

/** One that matches 100 entries in so many ms, and rests in the middle of its range. */
function restOf(matchMs: number) {
  const clock = new FakeClock({ flies: true });
  const rest = new Rest(clock, () => 0.5);
  rest.matched(100, matchMs);
  /** How long it rests while others apply so many entries a ms. */
  const restsFor = async (rate: number, signal = never): Promise<number> => {
    const from = clock.nowMs();
    await rest.untilOver(async () => clock.nowMs() * rate, signal);
    return clock.nowMs() - from;
  };
  /** A batch that is on trial: it waited, nothing else was to be done, then it was applied. */
  const tries = (waitedMs: number, meanwhile: number): void => {
    rest.note(after(waitedMs, meanwhile), waitedMs + CALL.callMs, matchMs + waitedMs + CALL.callMs);
  };
  /** It has come back in vain until it rests as long as it may. */
  const tired = async (): Promise<void> => {
    for (let i = 0; i < 9; i += 1) {
      tries(10, 500);
      await restsFor(50);
    }
    tries(10, 500);
  };
  /** It takes turns with another one, until that is too much. */
  const takesTurns = (): void => {
    for (let i = 0; i < 100 && !rest.isOnTrial; i += 1) rest.note(after(3, 100), 3, 5);
  };
  return { rest, restsFor, tries, tired, takesTurns };
}

describe('a worker with cheap events', () => {
  test('is on trial until a batch of it need not wait, and rests at no time', async () => {
    const { rest, restsFor } = restOf(1);
    expect(rest.isOnTrial).toBe(true);
    rest.note(AT_ONCE, CALL.callMs, 3);
    expect(rest.isOnTrial).toBe(false);
    expect(await restsFor(50)).toBe(0);
  });

  test('rests twice as long each time that it waits for others who are as fast as Redis, up to a bound', async () => {
    const { rest, restsFor, tries } = restOf(1);
    const rests: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      tries(10, 500);
      rests.push(await restsFor(50));
      expect(rest.isOnTrial).toBe(true);
    }
    expect(rests).toEqual([128, 256, 512, 1_024, 2_048, 4_096, 8_000, 8_000, 8_000]);
  });

  test('rests as soon again when it was needed in between', async () => {
    const { rest, restsFor, tired, takesTurns } = restOf(1);
    await tired();
    expect(await restsFor(50)).toBe(8_000);
    rest.note(AT_ONCE, CALL.callMs, 3);
    expect(await restsFor(50)).toBe(0);
    takesTurns();
    expect(await restsFor(50)).toBe(64);
  });

  test.each([
    ['have stopped', 0],
    ['are five times slower than it would be alone', 10],
  ])('ends its rest at the next look when the others %s', async (_, rate) => {
    const { restsFor, tired } = restOf(1);
    await tired();
    expect(await restsFor(rate)).toBe(100);
  });

  test.each([
    ['others lose some of each turn', 10, 250],
    ['others go as fast as Redis can', 10, 500],
  ])('is one too many where %s', async (_, waitedMs, meanwhile) => {
    const { rest, tries } = restOf(1);
    tries(waitedMs, meanwhile);
    expect(rest.isOnTrial).toBe(true);
  });

  test.each([
    ['the one in front of it stands', 500, 0],
    ['the one in front of it is far slower than it', 100, 400],
    ['it hardly had to wait', 1, 50],
  ])('goes on where %s', async (_, waitedMs, meanwhile) => {
    const { rest, tries } = restOf(4);
    tries(waitedMs, meanwhile);
    expect(rest.isOnTrial).toBe(false);
  });

  test('goes on with its run when another one is on trial beside it now and then', async () => {
    const { rest } = restOf(1);
    rest.note(AT_ONCE, CALL.callMs, 3);
    for (let i = 0; i < 1_000; i += 1) rest.note(i % 20 === 19 ? after(4, 100) : AT_ONCE, 4, 6);
    expect(rest.isOnTrial).toBe(false);
  });

  test('is on trial again when it takes turns with another one', async () => {
    const { rest, restsFor, takesTurns } = restOf(1);
    rest.note(AT_ONCE, CALL.callMs, 3);
    takesTurns();
    expect(rest.isOnTrial).toBe(true);
    expect(await restsFor(50)).toBeGreaterThan(0);
  });

  test('ends its rest when it is to stop', async () => {
    const { restsFor, tired } = restOf(1);
    await tired();
    const stop = new AbortController();
    stop.abort();
    expect(await restsFor(50, stop.signal)).toBe(0);
  });
});

describe('a worker whose events are matched for far longer than they are applied', () => {
  test('goes on although it has to wait for others, who match as slowly', async () => {
    const { rest, restsFor, tries } = restOf(200);
    tries(400, 200);
    expect(rest.isOnTrial).toBe(false);
    expect(await restsFor(0.5)).toBe(0);
  });

  test('rests when there are so many others that Redis is the limit', async () => {
    const { rest, restsFor, tries } = restOf(200);
    tries(400, 16_000);
    expect(rest.isOnTrial).toBe(true);
    expect(await restsFor(40)).toBe(128);
  });

  test('does not mind to wait for a part of the time', async () => {
    const { rest } = restOf(200);
    rest.note(AT_ONCE, CALL.callMs, 202);
    for (let i = 0; i < 100; i += 1) rest.note(after(50, 100), 50, 250);
    expect(rest.isOnTrial).toBe(false);
  });
});
