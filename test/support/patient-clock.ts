import { type Clock, systemClock } from '../../src/clock.ts';
import { LOOK_PATIENCE_MS } from '../../src/producer/admission.ts';
import { ASK_PATIENCE_MS } from '../../src/producer/homes.ts';
import { PATIENCE_MS } from './eventually.ts';

/** What a producer waits for before its first event, each for so long: then the event goes on without. */
const WAITS: ReadonlySet<number> = new Set([LOOK_PATIENCE_MS, ASK_PATIENCE_MS]);

/**
 * Production's clock for a producer that waits for these answers as long as tests wait: a busy machine gives them later. Not for workers,
 * some of whose sleeps are as long and end by themselves.
 */
export const patientClock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(WAITS.has(ms) ? PATIENCE_MS : ms, signal),
};
