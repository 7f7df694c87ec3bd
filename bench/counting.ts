import { pino } from 'pino';
import { measureCall } from '../src/apply/measured-chunk.ts';
import { systemClock } from '../src/clock.ts';
import { Measures } from '../src/measure/measures.ts';
import { storeOf } from '../src/redis/store.ts';
import { Minutes } from '../src/services/minutes.ts';
import { median } from './measure.ts';
import type { Context } from './result.ts';

const CHUNK = 100;
const CHUNKS = 50;
const ROUNDS = 7;
const TIMES = 150;
const FLUSHES = 10;

type Call = Parameters<typeof measureCall>[1];

/** Processor time of this process in µs. */
function spent(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** A call that applied a chunk: each event counts for another automation, every fifth fires. */
function callOf(chunk: number, automations: number): Call {
  const entries = Array.from({ length: CHUNK }, (_, i) => ({
    entry: `${1_795_906_202_819 + i}-0`,
    matches: [{ trigger: i + 1 }],
  }));
  const triggers = entries.map((_, i) => ({ automation: `a-${(chunk * CHUNK + i) % automations}` }));
  const words = entries.map((_, i) => (i % 5 === 0 ? 'applied fired' : 'applied counted'));
  const call = {
    chunk: { entries, triggers },
    applied: { words },
    first: 0,
    tookMs: 2,
    toMs: 1_795_906_203_000,
    stream: 's',
  };
  return call as unknown as Call;
}

/**
 * What it costs a worker to count for metrics and history, measured by itself, whatever else the machine does: Node's µs for an event, and
 * Node's µs for the call that keeps a second's counts of so many automations.
 */
export async function counting(
  { redis }: Context,
  automations: number,
): Promise<{ eventUs: number; secondUs: number }> {
  const measures = new Measures();
  const common = { redis, store: storeOf('counting'), clock: systemClock, logger: pino({ level: 'silent' }) };
  const minutes = new Minutes({ ...common, measures, worker: 'w' });
  const measured = { measures, works: [measures.work, minutes.work] };
  const calls = Array.from({ length: CHUNKS }, (_, chunk) => callOf(chunk, automations));
  const [events, seconds]: number[][] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = spent();
    for (let i = 0; i < TIMES; i += 1) for (const call of calls) measureCall(measured, call);
    events?.push((spent() - before) / (TIMES * CHUNKS * CHUNK));
    let inFlushes = 0;
    for (let i = 0; i < FLUSHES; i += 1) {
      for (const call of calls) measureCall(measured, call);
      const from = spent();
      await minutes.runOnce();
      inFlushes += spent() - from;
    }
    seconds?.push(inFlushes / FLUSHES);
  }
  return { eventUs: median(events ?? []), secondUs: median(seconds ?? []) };
}
