import type { Redis } from 'ioredis';
import { groupNamed } from './backlog.ts';
import { liveWorkers } from './heartbeat.ts';
import { ENGINE_GROUP } from './keys.ts';
import type { Store } from './store.ts';

/** Whether somebody applies what is added to a log: `never`: no worker has ever been there, `absent`: none is alive. */
export type Attendance = 'attended' | 'absent' | 'never';

/** Names of workers stay an hour; far more than ever end within one. */
const WORKERS_LOOKED_AT = 1_000;

/** A user who may not see the workers, as a producer, learns from the log alone whether one was ever there. */
export async function attendanceOf(redis: Redis, store: Store): Promise<Attendance> {
  if ((await groupNamed(redis, store.keys.events, ENGINE_GROUP)) === undefined) return 'never';
  try {
    const [alive] = await liveWorkers(redis, store, WORKERS_LOOKED_AT);
    return alive === undefined ? 'absent' : 'attended';
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return 'attended';
    throw error;
  }
}
