import { NotDurable, Overloaded, TryLater } from '../errors.ts';
import type { BodyProblem } from './made.ts';

/** What a request gets. */
export type Reply = Readonly<{
  status: number;
  body: Readonly<Record<string, unknown>> | string;
  headers?: Readonly<Record<string, string>>;
}>;

/** A refusal with its reason, for the sender. */
export function refusal(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, body: { error }, headers };
}

/** The same for what is worth sending again. */
export function later(status: number, error: string, afterMs: number): Reply {
  return refusal(status, error, { 'retry-after': String(Math.max(1, Math.ceil(afterMs / 1_000))) });
}

/** Problems of one body that are shown: more than anybody reads at once. */
const SHOWN = 100;

/** What a sender wrote is wrong: where, and why. */
export function invalid(problems: readonly BodyProblem[]): Reply {
  const [first] = problems;
  const shown = problems
    .slice(0, SHOWN)
    .map(({ path, reason, value }) => ({ path, reason, ...(value !== '' && { value }) }));
  return { status: 400, body: { error: first ? `${first.path}: ${first.reason}` : 'is invalid', problems: shown } };
}

/** What keeps events out for now; null for any other error. */
export function tryLater(error: unknown): Reply | null {
  if (error instanceof Overloaded) return later(429, error.message, error.retryAfterMs);
  if (error instanceof NotDurable) return later(503, 'not known to be kept', error.retryAfterMs);
  // It names the address of Redis, which is nobody's business here.
  return error instanceof TryLater ? later(503, 'the log cannot be reached', error.retryAfterMs) : null;
}
