import type { Interest } from '../match/trigger-index.ts';
import { type Decoded, decode, type Entry } from '../model/intake.ts';
import type { DefinitionsView } from './loaded-definitions.ts';

/** An entry as it is understood, with the triggers that are interested in it. */
export type MatchedEntry =
  | Extract<Decoded, { kind: 'rejected' }>
  | { kind: 'ignored' }
  | (Extract<Decoded, { kind: 'event' }> & {
      interests: readonly Interest[];
      /** Ids of automations with a condition that could not be answered about this event (rules 17.1); absent for none. Redis counts them. */
      whereErrors?: ReadonlySet<string>;
    });

/** Decodes, validates and matches one entry: all that does not depend on the entries beside it. */
export function matchEntry(entry: Entry, view: DefinitionsView): MatchedEntry {
  const decoded = decode(entry, view);
  if (decoded.kind === 'rejected') return decoded;
  const { event } = decoded;
  if (view.ignored.has(event.event) && !isReleased(entry)) return { kind: 'ignored' };
  let whereErrors: Set<string> | undefined;
  const interests = view.triggers.interested(event, (automationId) => {
    whereErrors ??= new Set();
    whereErrors.add(automationId);
  });
  return whereErrors === undefined ? { ...decoded, interests } : { ...decoded, interests, whereErrors };
}

/** Whether it is a follower that came back. It was taken before and holds absences, so it is applied whatever is ignored since. */
function isReleased({ fields }: Entry): boolean {
  return (fields[0] === 'straightened' ? fields[2] : fields[0]) === 'released';
}
