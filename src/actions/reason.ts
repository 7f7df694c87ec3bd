/** Longest text of an error that is logged or stored: enough for what Redis and BullMQ say, too short to carry a document. */
const LONGEST_REASON = 200;

/**
 * What went wrong, in one line that is safe to log and to store: never the error object itself, because errors of ioredis carry
 * `command.args`, and never the arguments that Redis repeats when it does not know a command.
 */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const [line = ''] = text.split('\n', 1);
  return (line.split(', with args beginning with', 1)[0] ?? line).slice(0, LONGEST_REASON);
}
