import { DurationValue, Failed, TimestampValue } from './value.ts';

const SECOND = 1_000_000_000n;

/** The first and last nanosecond of the years 1 to 9999. */
const FIRST = -62_135_596_800n * SECOND;
const LAST = 253_402_300_800n * SECOND - 1n;

/** What 64 bits hold, 292 years. */
const LONGEST = 2n ** 63n - 1n;

const NO_TIMESTAMP = new Failed('timestamp out of range');
const NO_DURATION = new Failed('duration out of range');

export function timestampOf(nanos: bigint): TimestampValue | Failed {
  return nanos < FIRST || nanos > LAST ? NO_TIMESTAMP : new TimestampValue(nanos);
}

export function durationOf(nanos: bigint): DurationValue | Failed {
  return nanos < -LONGEST || nanos > LONGEST ? NO_DURATION : new DurationValue(nanos);
}
