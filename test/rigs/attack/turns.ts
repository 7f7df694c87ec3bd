import { setTimeout as pause } from 'node:timers/promises';

const STEP_MS = 50;

/**
 * Whether something comes to its end within so many ms, counted in steps of this process, in which the attacked one runs, too: while the
 * machine gives it no turn, no time passes. An end that never comes is seen all the same.
 */
export async function within(ms: number, what: Promise<unknown>): Promise<boolean> {
  let ended = false;
  const end = what.then(() => {
    ended = true;
  });
  for (let left = ms; left > 0 && !ended; left -= STEP_MS) await Promise.race([end, pause(STEP_MS)]);
  return ended;
}
