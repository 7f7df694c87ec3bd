import { afterAll, describe, expect, inject, test } from 'vitest';
import { parseTimestamp } from '../../src/model/timestamp.ts';
import { run } from '../cli/run.ts';
import { randomOf } from '../rigs/chaos/load.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { notYet, type Recorded, TRACE_FILES, type TraceFile, tracesIn } from './recorded.ts';

const FILE_TIMEOUT_MS = 1_800_000;

/** Which share of the scenarios is run, chosen by a seed. */
const SHARE = extent('share', 0.02);
const SEED = seedOfRun();

/** Counts and labels: one that is in the keys of many scenarios, one in those of others, and one that no event has. */
const LAYOUTS: readonly (readonly [number, string])[] =
  SHARE < 1
    ? [[4, 'id']]
    : [
        [1, 'id'],
        [4, 'id'],
        [16, 'id'],
        [4, 'prefect.resource.id'],
        [4, 'nowhere'],
      ];

const listed = new Set(notYet());
const counts = { scenarios: 0, firings: 0, excepted: 0 };

/** An event that is late, or that waits for another one, as a step of a scenario has it. */
type Sent = Readonly<{ occurred?: unknown; follows?: unknown }>;

/** Whether the clock or the order of events plays a part: these are those of a partition, and of the whole log without partitions. */
function isExcepted({ timeline }: Recorded): boolean {
  return timeline.some(({ at, event }) => {
    const { occurred, follows } = (event ?? {}) as Sent;
    if (follows !== undefined && follows !== null) return true;
    if (occurred === undefined || occurred === null) return false;
    const [then, now] = [parseTimestamp(String(occurred)), parseTimestamp(at)];
    return then === undefined || now === undefined || then < now;
  });
}

/** What fired as a set: each firing with the firing whose state-change event brought it in the place of its number. */
function setOf(firings: readonly unknown[] = []): string[] {
  const whole = (i: number): unknown => {
    const { event, step: _, ...firing } = firings[i] as { event: string | null; step: number };
    const cause = /^@(\d+)$/.exec(event ?? '')?.[1];
    return { ...firing, event: cause === undefined ? event : whole(Number(cause)) };
  };
  return firings.map((_, i) => JSON.stringify(whole(i))).sort();
}

function chosenIn(file: TraceFile): Recorded[] {
  const random = randomOf(SEED);
  const chosen = tracesIn(file).filter((one) => random() < SHARE && !listed.has(one.name) && !one.invalid);
  const plain = chosen.filter((one) => !isExcepted(one));
  counts.excepted += chosen.length - plain.length;
  return plain;
}

describe.each(LAYOUTS)('%i partitions by %s', (partitions, by) => {
  test.each(TRACE_FILES)(
    'give the recorded firings of %s, but for late events and followers',
    {
      timeout: FILE_TIMEOUT_MS,
    },
    async (file) => {
      const recorded = chosenIn(file);
      const args = ['simulate', '-', '--redis', inject('adminUrl'), '--partitions', String(partitions), '--by', by];
      const ran = await run(args, { stdin: recorded.map((one) => `${JSON.stringify(one)}\n`) });
      expect(ran.err).toEqual([]);
      const answers = ran.out.map((line): Recorded => JSON.parse(line));
      expect(answers.map(({ name }) => name)).toEqual(recorded.map(({ name }) => name));
      for (const [i, { name, firings }] of recorded.entries()) {
        expect({ name, firings: setOf(answers[i]?.firings) }, `seed ${SEED}`).toEqual({
          name,
          firings: setOf(firings),
        });
        counts.scenarios += 1;
        counts.firings += firings?.length ?? 0;
      }
    },
  );
});

afterAll(() => {
  const { scenarios, firings, excepted } = counts;
  console.log(`${scenarios} as recorded (${firings} firings), ${excepted} with late events or followers; seed ${SEED}`);
});
