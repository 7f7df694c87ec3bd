import { describe, expect, test } from 'vitest';
import type { Passage } from '../../src/apply/applier.ts';
import { Standby } from '../../src/apply/standby.ts';
import { FakeClock } from '../support/fake-clock.ts';

const never = new AbortController().signal;

/** A call of 100 entries takes 2 ms, so Redis applies 50 entries a ms at most. */
const CALL = { callMs: 2, called: 100 };
const AT_ONCE: Passage = { waitedMs: 0, meanwhile: 0, ...CALL };
const after = (waitedMs: number, meanwhile: number): Passage => ({ waitedMs, meanwhile, ...CALL });

/** One that matches 100 entries in so many ms, and stands by for the middle of its range. */
function standbyOf(matchMs: number) {
  const clock = new FakeClock({ flies: true });
  const standby = new Standby(clock, () => 0.5);
  standby.matched(100, matchMs);
  /** How long it stands by while others apply so many entries a ms. */
  const standsByFor = async (rate: number, signal = never): Promise<number> => {
    const from = clock.nowMs();
    await standby.untilOver(async () => clock.nowMs() * rate, signal);
    return clock.nowMs() - from;
  };
  /** A batch that is on trial: it waited, nothing else was to be done, then it was applied. */
  const tries = (waitedMs: number, meanwhile: number): void => {
    standby.note(after(waitedMs, meanwhile), waitedMs + CALL.callMs, matchMs + waitedMs + CALL.callMs);
  };
  /** It has come back in vain until it stands by for as long as it may. */
  const tired = async (): Promise<void> => {
    for (let i = 0; i < 9; i += 1) {
      tries(10, 500);
      await standsByFor(50);
    }
    tries(10, 500);
  };
  /** It takes turns with another one, until that is too much. */
  const takesTurns = (): void => {
    for (let i = 0; i < 100 && !standby.isOnTrial; i += 1) standby.note(after(3, 100), 3, 5);
  };
  return { standby, standsByFor, tries, tired, takesTurns };
}

describe('a worker with cheap events', () => {
  test('is on trial until a batch of it need not wait, and stands by at no time', async () => {
    const { standby, standsByFor } = standbyOf(1);
    expect(standby.isOnTrial).toBe(true);
    standby.note(AT_ONCE, CALL.callMs, 3);
    expect(standby.isOnTrial).toBe(false);
    expect(await standsByFor(50)).toBe(0);
  });

  test('stands by twice as long each time that it waits for others who are as fast as Redis, up to a bound', async () => {
    const { standby, standsByFor, tries } = standbyOf(1);
    const times: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      tries(10, 500);
      times.push(await standsByFor(50));
      expect(standby.isOnTrial).toBe(true);
    }
    expect(times).toEqual([128, 256, 512, 1_024, 2_048, 4_096, 8_000, 8_000, 8_000]);
  });

  test('stands by as soon again when it was needed in between', async () => {
    const { standby, standsByFor, tired, takesTurns } = standbyOf(1);
    await tired();
    expect(await standsByFor(50)).toBe(8_000);
    standby.note(AT_ONCE, CALL.callMs, 3);
    expect(await standsByFor(50)).toBe(0);
    takesTurns();
    expect(await standsByFor(50)).toBe(64);
  });

  test.each([
    ['have stopped', 0],
    ['are five times slower than it would be alone', 10],
  ])('is back at the next look when the others %s', async (_, rate) => {
    const { standsByFor, tired } = standbyOf(1);
    await tired();
    expect(await standsByFor(rate)).toBe(100);
  });

  test.each([
    ['others lose some of each turn', 10, 250],
    ['others go as fast as Redis can', 10, 500],
  ])('is one too many where %s', async (_, waitedMs, meanwhile) => {
    const { standby, tries } = standbyOf(1);
    tries(waitedMs, meanwhile);
    expect(standby.isOnTrial).toBe(true);
  });

  test.each([
    ['the one in front of it stands', 500, 0],
    ['the one in front of it is far slower than it', 100, 400],
    ['it hardly had to wait', 1, 50],
  ])('goes on where %s', async (_, waitedMs, meanwhile) => {
    const { standby, tries } = standbyOf(4);
    tries(waitedMs, meanwhile);
    expect(standby.isOnTrial).toBe(false);
  });

  test('goes on with its run when another one is on trial beside it now and then', async () => {
    const { standby } = standbyOf(1);
    standby.note(AT_ONCE, CALL.callMs, 3);
    for (let i = 0; i < 1_000; i += 1) standby.note(i % 20 === 19 ? after(4, 100) : AT_ONCE, 4, 6);
    expect(standby.isOnTrial).toBe(false);
  });

  test('is on trial again when it takes turns with another one', async () => {
    const { standby, standsByFor, takesTurns } = standbyOf(1);
    standby.note(AT_ONCE, CALL.callMs, 3);
    takesTurns();
    expect(standby.isOnTrial).toBe(true);
    expect(await standsByFor(50)).toBeGreaterThan(0);
  });

  test('is back when it is to stop', async () => {
    const { standsByFor, tired } = standbyOf(1);
    await tired();
    const stop = new AbortController();
    stop.abort();
    expect(await standsByFor(50, stop.signal)).toBe(0);
  });
});

describe('a worker whose events are matched for far longer than they are applied', () => {
  test('goes on although it has to wait for others, who match as slowly', async () => {
    const { standby, standsByFor, tries } = standbyOf(200);
    tries(400, 200);
    expect(standby.isOnTrial).toBe(false);
    expect(await standsByFor(0.5)).toBe(0);
  });

  test('stands by when there are so many others that Redis is the limit', async () => {
    const { standby, standsByFor, tries } = standbyOf(200);
    tries(400, 16_000);
    expect(standby.isOnTrial).toBe(true);
    expect(await standsByFor(40)).toBe(128);
  });

  test('does not mind to wait for a part of the time', async () => {
    const { standby } = standbyOf(200);
    standby.note(AT_ONCE, CALL.callMs, 202);
    for (let i = 0; i < 100; i += 1) standby.note(after(50, 100), 50, 250);
    expect(standby.isOnTrial).toBe(false);
  });
});
