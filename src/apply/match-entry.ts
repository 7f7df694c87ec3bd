import type { Interest } from '../match/trigger-index.ts';
import { type Decoded, decode, type Entry } from '../model/intake.ts';
import type { DefinitionsView } from './loaded-definitions.ts';

/** An entry as it is understood, with the triggers that are interested in it. */
export type MatchedEntry =
  | { kind: 'rejected'; reason: string }
  | { kind: 'ignored' }
  | (Extract<Decoded, { kind: 'event' }> & {
      interests: readonly Interest[];
      /** Ids of automations with a condition that could not be answered about this event (rules 17.1); absent for none. */
      whereErrors?: ReadonlySet<string>;
    });

/** Decodes, validates and matches one entry: all that does not depend on the entries beside it. */
export function matchEntry(entry: Entry, view: DefinitionsView): MatchedEntry {
  const decoded = decode(entry, view);
  if (decoded.kind === 'rejected') return decoded;
  const { event } = decoded;
  if (view.ignored.has(event.event)) return { kind: 'ignored' };
  let whereErrors: Set<string> | undefined;
  const interests = view.triggers.interested(event, (automationId) => {
    whereErrors ??= new Set();
    whereErrors.add(automationId);
  });
  return whereErrors === undefined ? { ...decoded, interests } : { ...decoded, interests, whereErrors };
}
