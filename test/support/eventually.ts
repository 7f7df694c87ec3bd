import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * How long tests and rigs wait for what has to come: far longer than a busy machine needs. It only passes where something is broken;
 * WATCHFIRE_PATIENCE_MS makes it shorter where that is what is looked for, and longer on a machine of many other jobs.
 */
export const PATIENCE_MS = Number(process.env.WATCHFIRE_PATIENCE_MS ?? 60_000);

/** How long a test may take that has many such waits, or that makes a machine that does nothing else work for minutes. */
export const LONG_TEST_MS = 10 * PATIENCE_MS;

/** The first looks come at once, later ones more slowly, so that a long wait does not burden what it waits for. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 50;

/**
 * Looks again and again until `probe` gives a truthy value, which it returns. A probe that throws has not succeeded yet.
 * After `timeoutMs` it fails with the sentence, which says what was waited for, and with what was seen last.
 */
export async function eventually<T>(
  sentence: string,
  probe: () => T | Promise<T>,
  { timeoutMs = PATIENCE_MS }: { timeoutMs?: number } = {},
): Promise<NonNullable<T>> {
  const bound = performance.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const seen = await look(probe);
    if (seen.value) return seen.value;
    if (performance.now() >= bound) {
      const last = seen.error === undefined ? inspect(seen.value, { depth: 4 }) : inspect(seen.error);
      throw new Error(`${sentence}: not within ${timeoutMs} ms, last seen: ${last}`, { cause: seen.error });
    }
    await pause(pauseMs);
  }
}

async function look<T>(probe: () => T | Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await probe() };
  } catch (error) {
    return { error };
  }
}
