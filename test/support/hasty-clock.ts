import { type Clock, systemClock } from '../../src/clock.ts';

/** Production's clock, but sleep is so many times shorter: what happens every few seconds does so at once. */
export function hastyClock(times = 20): Clock {
  return { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.max(ms > 0 ? 1 : 0, ms / times), signal) };
}
