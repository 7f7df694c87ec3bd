import { Duration, Failure, Timestamp } from './value.ts';

const SECOND = 1_000_000_000n;

/** The first and last nanosecond of the years 1 to 9999. */
const FIRST = -62_135_596_800n * SECOND;
const LAST = 253_402_300_800n * SECOND - 1n;

/** About 10,000 years, the range of google.protobuf.Duration. */
const LONGEST = 315_576_000_000n * SECOND;

const NO_TIMESTAMP = new Failure('timestamp out of range');
const NO_DURATION = new Failure('duration out of range');

export function timestampOf(nanos: bigint): Timestamp | Failure {
  return nanos < FIRST || nanos > LAST ? NO_TIMESTAMP : new Timestamp(nanos);
}

export function durationOf(nanos: bigint): Duration | Failure {
  return nanos < -LONGEST || nanos > LONGEST ? NO_DURATION : new Duration(nanos);
}
