import type { KnownSource } from '../../index.ts';
import { formatTimestamp } from '../../model/timestamp.ts';

/** A source for programs. */
export function sourceJson({ pausedMs, note, ...source }: KnownSource): Record<string, unknown> {
  return {
    ...source,
    paused: pausedMs === null ? null : formatTimestamp(pausedMs),
    note:
      note === null
        ? null
        : {
            at: formatTimestamp(note.atMs),
            behind: note.behind,
            waiting_seconds: note.waitsMs / 1_000,
            error: note.error,
          },
  };
}
