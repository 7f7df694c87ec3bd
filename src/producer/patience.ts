import type { Clock } from '../clock.ts';
import { type Away, InvalidDocument, Unanswered } from '../errors.ts';
import { NOT_KEPT_RETRY_MS } from '../redis/durability.ts';

/** How `emit` is to be done. */
export type EmitOptions = Readonly<{
  /** Milliseconds after which an event is given up that Redis has not answered; without it `emit` waits for Redis to come back. */
  timeoutMs?: number;
}>;

/** Where an attempt is: whether anything was sent, and whether it was given up, so that nothing may be sent any more. */
export type Patience = { sent: boolean; over: boolean };

/** Node's timers wait no longer; a longer one would end at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * Attempts to send the event `id`, and gives it up when it takes longer. What was handed to the client by then is out of our hands:
 * it is sent when the connection comes back.
 * @throws Unanswered, and what the attempt throws
 */
export async function withPatience<T>(
  { clock, connections }: Readonly<{ clock: Clock; connections: Readonly<{ away: () => Away }> }>,
  timeoutMs: number | undefined,
  id: string,
  attempt: (patience: Patience) => Promise<T>,
): Promise<T> {
  const patience: Patience = { sent: false, over: false };
  if (timeoutMs === undefined) return await attempt(patience);
  if (!(Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= LONGEST_TIMER_MS)) {
    throw new InvalidDocument('timeoutMs', `must be a whole number from 1 to ${LONGEST_TIMER_MS}`, timeoutMs);
  }
  const done = new AbortController();
  const answer = attempt(patience).then((value) => ({ value }));
  const late = clock.sleep(timeoutMs, done.signal).then(() => null);
  try {
    const first = await Promise.race([answer, late]);
    if (first !== null) return first.value;
    patience.over = true;
    // Nobody waits for it any more.
    answer.catch(() => undefined);
    throw new Unanswered(patience.sent ? 'perhaps' : 'no', timeoutMs, id, NOT_KEPT_RETRY_MS, connections.away());
  } finally {
    done.abort();
  }
}
