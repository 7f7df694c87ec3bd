import type { Recorded } from '../inspect/firings.ts';
import type { Window } from '../inspect/windows.ts';
import { resourceId } from '../model/event.ts';
import type { Silence } from '../model/silence.ts';
import type { FiringAnswer, SilenceAnswer, WindowAnswer } from './answers.ts';

/** A firing as lists have it. */
export function firingTold({ entry, firing }: Recorded): FiringAnswer {
  const { id, automation, name, revision, posture, state, triggered, decided, labels, event, story } = firing;
  return {
    ...{ entry, id, automation, name, revision, posture, state, triggered, decided, labels },
    event: event && { id: event.id, event: event.event, resource: resourceId(event.resource) ?? '' },
    reminder: firing.reminder ?? null,
    shadow: firing.shadow === true,
    story: story ?? null,
  };
}

/** A window of an event trigger, or the group of a composite. */
export function windowTold(one: Window): WindowAnswer {
  const { automation, name, path, labels, kind } = one;
  const place = { automation, name, path, labels, kind };
  if (one.kind === 'composite') {
    const nothing = { posture: null, counts: null, interval: null, awaits: 0, lastEvent: null, quietUntil: null };
    return { ...place, ...nothing, threshold: one.needed, alert: null, children: one.children.map(childTold) };
  }
  const { posture, threshold, counts, window, awaits, lastEvent, alert, kept } = one;
  return {
    ...{ ...place, posture, threshold, counts, awaits, lastEvent, quietUntil: kept.quietUntil, children: [] },
    interval: window && {
      ...{ start: window.start, end: window.end, due: window.due, count: window.count },
      ...{ rests: window.rests, bounded: window.bounded },
    },
    alert: alert && { since: alert.since, until: alert.until, reminder: alert.reminder?.at ?? null },
  };
}

type Child = Extract<Window, { kind: 'composite' }>['children'][number];

function childTold({ child, triggered, keepUntil, firing }: Child): WindowAnswer['children'][number] {
  return { child, triggered, keepUntil, firing };
}

export function silenceTold(silence: Silence): SilenceAnswer {
  const { id, automation, labels, reason, by, from, until, alert } = silence;
  return { id, automation, labels, reason, by, from, until, acknowledges: alert !== undefined };
}
