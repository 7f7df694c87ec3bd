import { isDeepStrictEqual } from 'node:util';
import type {
  ChildFiringDocument,
  EventDocument,
  EventReference,
  FiringDocument,
  JobChildFiringDocument,
  JobFiringDocument,
  TriggeredAction,
} from '../documents/got.ts';
import { isRecord } from './record.ts';

/*
 * An event can have 1.5 MB, and a firing can name it in several places: so its document stands in a job once, and in its other places
 * by its id.
 */

type InJob = Pick<TriggeredAction, 'firing' | 'triggering_event'>;

/** A firing as it stands in a job. @param event of the job */
export function firingOnce(firing: FiringDocument, event: EventDocument | null): JobFiringDocument {
  const known = new Map(eventsIn(event).map((one) => [one.id, one]));
  const once = <E extends EventDocument | null>(one: E): E | EventReference => {
    if (one === null) return one;
    const other = known.get(one.id);
    if (other === undefined) known.set(one.id, one);
    // An event that was sent again under its id can say something else.
    return other !== undefined && isDeepStrictEqual(other, one) ? { id: one.id } : one;
  };
  const child = (of: ChildFiringDocument): JobChildFiringDocument => ({
    ...of,
    triggering_event: once(of.triggering_event),
    triggering_firings: of.triggering_firings.map(child),
  });
  return {
    ...firing,
    triggering_event: once(firing.triggering_event),
    ...(firing.triggering_events && { triggering_events: firing.triggering_events.map(once) }),
    triggering_firings: firing.triggering_firings.map(child),
  };
}

/**
 * The firing of a job with the documents of all of its events, as `watchfire.firings()` has it.
 *
 * ```ts
 * import { type TriggeredAction, wholeFiring } from 'watchfire';
 *
 * const payloadOf = (data: TriggeredAction) => wholeFiring(data).triggering_event?.payload;
 * ```
 */
export function wholeFiring({ firing, triggering_event: event }: InJob): FiringDocument {
  const known = new Map(eventsIn(event).map((one) => [one.id, one]));
  const whole = (one: EventDocument | EventReference | null): EventDocument | null => {
    if (one === null) return null;
    if (!isDocument(one)) return known.get(one.id) ?? null;
    if (!known.has(one.id)) known.set(one.id, one);
    return one;
  };
  const child = (of: JobChildFiringDocument): ChildFiringDocument => ({
    ...of,
    triggering_event: whole(of.triggering_event),
    triggering_firings: of.triggering_firings.map(child),
  });
  const { triggering_event: own, triggering_events: collected, triggering_firings: children, ...rest } = firing;
  return {
    ...rest,
    triggering_event: whole(own),
    ...(collected && { triggering_events: collected.flatMap((one) => whole(one) ?? []) }),
    triggering_firings: children.map(child),
  };
}

/** The event of a job, and the one that a state-change event tells of. */
function eventsIn(event: EventDocument | null): EventDocument[] {
  if (event === null) return [];
  const told = event.payload.triggering_event;
  return isRecord(told) && isDocument(told) ? [event, told] : [event];
}

function isDocument(one: object): one is EventDocument {
  return 'event' in one && 'occurred' in one;
}
