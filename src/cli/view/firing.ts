import type { Recorded } from '../../inspect/firings.ts';
import type { Labels } from '../../model/event.ts';
import { type ChildFiring, patternFields } from '../../model/firing.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { makingJson } from './story.ts';
import type { Column } from './table.ts';
import { moment, withoutYear } from './when.ts';

/** A firing as `-o json` prints it: the terms of rules 10, times as ISO text. */
export function firingJson({ entry, firing }: Recorded): Record<string, unknown> {
  const { id, automation, name, revision, path, posture, state, decided } = firing;
  return {
    id,
    entry,
    automation,
    name,
    revision,
    path,
    posture: posture === '' ? null : posture,
    state,
    triggered: formatTimestamp(firing.triggered),
    decided: formatTimestamp(decided),
    triggering_labels: firing.labels,
    triggering_event: firing.event,
    triggering_firings: firing.children.map(childJson),
    ...patternFields(firing),
    ...(firing.shadow && { shadow: true }),
    ...makingJson(firing),
  };
}

function childJson(child: ChildFiring): Record<string, unknown> {
  const { id, path, state, triggered, labels, event, children, revision, decided } = child;
  return {
    id,
    path,
    state,
    triggered: formatTimestamp(triggered),
    triggering_labels: labels,
    triggering_event: event,
    triggering_firings: children.map(childJson),
    ...(revision !== undefined && { revision }),
    ...(decided !== undefined && { decided: formatTimestamp(decided) }),
    ...makingJson(child),
  };
}

/** How much of an id is enough to ask for its firing. */
export const SHORT_ID = 8;

export const FIRING_COLUMNS: readonly Column[] = [
  { title: 'TRIGGERED', whole: true, short: withoutYear },
  { title: 'DECIDED', whole: true, extra: true },
  { title: 'STATE', whole: true },
  { title: 'AUTOMATION' },
  { title: 'FOR', short: (text) => text.replace(/(^| )[^ =]+=/g, '$1') },
  { title: 'EVENT', short: (text) => text.split(' ', 1)[0] ?? '' },
  { title: 'ID', whole: true, short: (id) => `${id.slice(0, SHORT_ID)}…` },
];

/** The same as a row below those columns. */
export function firingRow({ firing }: Recorded): string[] {
  const { id, name, state, triggered, decided, labels, event } = firing;
  const cause = event ? `${event.event} ${event.id}` : '-';
  return [
    moment(triggered),
    moment(decided),
    firing.shadow ? `${state}, shadow` : state,
    name,
    labelsInWords(labels),
    cause,
    id,
  ];
}

/** A key with its names: `resource.id=customer.7`; `-` for none. */
export function labelsInWords(labels: Labels): string {
  const words = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return words.length === 0 ? '-' : words.join(' ');
}
