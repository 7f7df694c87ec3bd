import type { CompositeWindow, EventWindow, Interval, Window } from '../../inspect/windows.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { labelsInWords } from './firing.ts';
import type { Column } from './table.ts';
import { away, count, moment, withoutYear } from './when.ts';
import { durationInWords } from './words.ts';

export const WINDOW_COLUMNS: readonly Column[] = [
  { title: 'AUTOMATION' },
  { title: 'FOR' },
  { title: 'FROM', whole: true, leaves: 1, short: withoutYear },
  { title: 'UNTIL', whole: true, leaves: 2, short: withoutYear },
  { title: 'COUNT', whole: true },
  { title: 'DEADLINE', whole: true },
  { title: 'LAST EVENT', leaves: 3 },
  { title: 'ALERT', short: (text) => text.replace(/(?<=^since )\d{4}-/, '') },
];

/** The automation, and which of its triggers when it has several. */
function titleOf({ name, path }: Window): string {
  return path === '' ? name : `${name} [${path}]`;
}

/** A window as a row below those columns. */
export function windowRow(window: Window, now: number): string[] {
  return window.kind === 'event' ? eventRow(window, now) : groupRow(window, now);
}

function eventRow(record: EventWindow, now: number): string[] {
  const { posture, threshold, window, lastEvent, alert, labels } = record;
  const alerted = alert ? `since ${moment(alert.since)}, ${count(alert.missing)} missing` : '-';
  const last = lastEvent ?? '-';
  if (!window) return [titleOf(record), labelsInWords(labels), '-', '-', '-', '-', last, alerted];
  const { start, end, due, keepUntil } = window;
  const counted = `${window.count}/${threshold}`;
  if (!window.bounded) return [titleOf(record), labelsInWords(labels), '-', '-', counted, 'no window', last, alerted];
  const ends = posture === 'Proactive' ? away(due, now) : isResting(window, now) ? 'rests' : `ends ${away(end, now)}`;
  const deadline =
    posture === 'Reactive' && end <= now && keepUntil !== null ? `over, kept ${away(keepUntil, now)}` : ends;
  return [titleOf(record), labelsInWords(labels), moment(start), moment(end), counted, deadline, last, alerted];
}

function isResting({ rests, start }: Interval, now: number): boolean {
  return rests && start > now;
}

/** What the times of these windows say that cannot be guessed. */
export function windowNotes(windows: readonly Window[], now: number): string[] {
  const open = windows.flatMap((one) => (one.kind === 'event' && one.window !== null ? [one.window] : []));
  const notes: string[] = [];
  if (open.some((window) => isResting(window, now))) {
    notes.push('rests: the key has fired, and counts again when the window that is shown begins');
  }
  const [first] = open.filter(({ reachesBack }) => reachesBack > 0);
  if (first) {
    const back = durationInWords(first.reachesBack);
    notes.push(
      `longer than "within": the first window of a key begins ${back} before its first event, for those that come late`,
    );
  }
  return notes;
}

function groupRow(group: CompositeWindow, now: number): string[] {
  const { children, needed, labels } = group;
  const times = children.map(({ triggered }) => triggered);
  const kept = Math.min(...children.map(({ keepUntil }) => keepUntil));
  const had = `has ${children.map(({ child }) => child + 1).join(', ')}`;
  return [
    titleOf(group),
    labelsInWords(labels),
    moment(Math.min(...times)),
    '-',
    `${children.length}/${needed}`,
    `forgotten ${away(kept, now)}`,
    `${children.at(-1)?.event ?? '-'} (${had})`,
    '-',
  ];
}

/** The same as `-o json` prints it. */
export function windowJson(window: Window): Record<string, unknown> {
  const { automation, name, path, labels } = window;
  const place = { automation, name, path, labels };
  return window.kind === 'event' ? { ...place, ...eventJson(window) } : { ...place, ...groupJson(window) };
}

function eventJson({ posture, threshold, window, lastEvent, alert }: EventWindow): Record<string, unknown> {
  return {
    type: 'event',
    posture,
    threshold,
    window: window && {
      start: window.bounded ? formatTimestamp(window.start) : null,
      end: window.bounded ? formatTimestamp(window.end) : null,
      count: window.count,
      due: window.bounded ? formatTimestamp(window.due) : null,
      keep_until: window.keepUntil === null ? null : formatTimestamp(window.keepUntil),
      reaches_back_seconds: window.reachesBack / 1_000,
      rests_until: window.rests ? formatTimestamp(window.start) : null,
    },
    last_event: lastEvent,
    alert: alert && {
      since: formatTimestamp(alert.since),
      missing: alert.missing,
      until: formatTimestamp(alert.until),
    },
  };
}

function groupJson({ type, needed, children }: CompositeWindow): Record<string, unknown> {
  return {
    type,
    needed,
    children: children.map(({ child, triggered, keepUntil, firing, event }) => ({
      child,
      triggered: formatTimestamp(triggered),
      keep_until: formatTimestamp(keepUntil),
      firing,
      event,
    })),
  };
}
