import type { Redis } from 'ioredis';
import { type Attendance, attendanceOf } from './attendance.ts';
import { positionIn } from './damage.ts';
import type { Store } from './store.ts';
import { storedNumber } from './stored.ts';

/** Rules 1: the most the lag can hold back absences, in ms. */
const LAG_LIMIT_MS = 15 * 60_000;

/** How far time has come for an engine. `waitingSinceMs`: since when the oldest entry waits; null: all are applied. Times in ms. */
export type PresentState = Readonly<{
  nowMs: number;
  lagMs: number;
  waitingSinceMs: number | null;
  attendance: Attendance;
}>;

export async function readMoment(redis: Redis, store: Store): Promise<PresentState> {
  const { clock, position, events } = store.keys;
  const [at, [newest, arrival], [seconds, micros], attendance] = await Promise.all([
    redis.get(position),
    redis.hmget(clock, 'newest', 'arrival'),
    redis.time(),
    attendanceOf(redis, store),
  ]);
  const [waiting] = await redis.xrange(events, `(${positionIn(store, at)}`, '+', 'COUNT', 1);
  const lag = storedNumber(arrival, 0) - storedNumber(newest, storedNumber(arrival, 0));
  return {
    nowMs: Number(store.virtualNow()) || Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000),
    lagMs: Math.min(Math.max(lag, 0), LAG_LIMIT_MS),
    waitingSinceMs: waiting ? Number.parseInt(waiting[0], 10) : null,
    attendance,
  };
}
