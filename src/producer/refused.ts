import { NotDurable, Overloaded } from '../errors.ts';
import { NOT_KEPT_RETRY_MS } from '../redis/durability.ts';
import { stateInWords } from '../redis/reason.ts';
import { withoutArguments } from '../redis/redact.ts';
import { MEMORY_RETRY_MS } from './pressure.ts';

/**
 * First words by which Redis refuses a write because it could not keep it: lost replicas, a bad disk, not the primary; a cluster without
 * a node for it now.
 */
const CANNOT_KEEP = /^(NOREPLICAS|MISCONF|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|LOADING) /;

/**
 * The error that the caller of a refused write gets; any other error as it is. Redis says these words before it does
 * anything, so nothing was added.
 */
export function refused(thrown: unknown, id: string | null = null): unknown {
  // A client that was handed in may put what was sent into its errors.
  const error = withoutArguments(thrown);
  const cause = causeOf(error);
  if (!(cause instanceof Error)) return error;
  if (cause.message.startsWith('OOM ')) {
    return new Overloaded('out-of-memory', 'Redis is out of memory', MEMORY_RETRY_MS);
  }
  if (!CANNOT_KEEP.test(cause.message)) return error;
  const why = stateInWords(cause.message);
  const sentence = why === null ? '' : `: ${why}`;
  return new NotDurable('no', `nothing was added: Redis says ${cause.message}${sentence}`, NOT_KEPT_RETRY_MS, id);
}

/** A transaction fails with the error of the command that was refused. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('previousErrors' in error)) return error;
  return Array.isArray(error.previousErrors) ? (error.previousErrors[0] ?? error) : error;
}
