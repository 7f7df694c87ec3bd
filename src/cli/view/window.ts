import type { CompositeWindow, EventWindow, Interval, Window, WindowAlert } from '../../inspect/windows.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { labelsInWords } from './firing.ts';
import { coolsUntil, countInWords, keptInWords, keptJson } from './kept.ts';
import type { Column } from './table.ts';
import { away, count, moment, momentNear, span, withoutYear } from './when.ts';
import { durationInWords, stepInWords } from './words.ts';

/**
 * The columns for these windows; the last one is there only where a window has something to show in it.
 * @param now the day of which no date is shown where there is little room
 */
export function windowColumns(windows: readonly Window[], now: number): readonly Column[] {
  const today = `${moment(now).split(' ')[0]} `;
  const short = (text: string): string => withoutYear(text.replace(today, ''));
  return [
    { title: 'AUTOMATION' },
    { title: 'FOR' },
    { title: 'FROM', whole: true, leaves: 1, short },
    { title: 'UNTIL', whole: true, leaves: 2, short },
    { title: 'COUNT', whole: true },
    { title: 'DEADLINE', whole: true, short: shortDeadline },
    { title: 'LAST EVENT', leaves: 3 },
    { title: 'ALERT', whole: true, short: (text) => text.replace(/(?<=^since )\d{4}-|, .*$/g, '') },
    ...(windows.some((one) => keptInWords(one, now) !== '') ? [{ title: 'KEPT', leaves: 4 }] : []),
  ];
}

function shortDeadline(text: string): string {
  return text.replace(/^(held back): events run (\S+) late$/, '$1 $2').replace(/^(awaits \S+) parked events?$/, '$1');
}

/** The automation, and which of its triggers when it has several. */
function titleOf({ name, path }: Window): string {
  return stepInWords(name, path);
}

/** What the deadlines of windows depend on: the time, and how late events run (rules 4), in ms. */
export type Present = Readonly<{ now: number; lagMs: number }>;

/** Whether a deadline is over that is not decided: how late events run is worth a look then. */
export function isOverdue(window: Window, now: number): boolean {
  return (
    window.kind === 'event' &&
    window.posture === 'Proactive' &&
    window.awaits === 0 &&
    window.window !== null &&
    window.window.due <= now
  );
}

/** A window as a row below those columns. */
export function windowRow(window: Window, present: Present): string[] {
  return window.kind === 'event' ? eventRow(window, present) : groupRow(window, present.now);
}

function eventRow(record: EventWindow, present: Present): string[] {
  const { window, lastEvent, alert, labels, enabled } = record;
  const { now } = present;
  const bounds = window?.bounded ? [moment(window.start), moment(window.end)] : ['-', '-'];
  return [
    titleOf(record),
    labelsInWords(labels),
    ...bounds,
    window ? countInWords(record, window.count) : '-',
    enabled ? deadlineInWords(record, present) : FROZEN,
    lastEvent ?? '-',
    alert ? alertInWords(alert, record, now) : '-',
    keptInWords(record, now) || '-',
  ];
}

function alertInWords(
  { since, missing, until, ends, reminder }: WindowAlert,
  record: EventWindow,
  now: number,
): string {
  const parts = [`since ${momentNear(since, now)}`];
  if (record.posture === 'Proactive') parts.push(`${count(missing)} missing`);
  if (record.enabled && reminder) {
    const { number, limit, at } = reminder;
    parts.push(`reminder ${count(number)}${limit === null ? '' : ` of ${count(limit)}`} ${away(at, now)}`);
  }
  if (record.enabled && ends) parts.push(`ends ${away(until, now)}`);
  return parts.join(', ');
}

/** Of a disabled automation nothing is decided and nothing forgotten. */
const FROZEN = 'frozen, disabled';

function awaitsInWords({ awaits }: EventWindow): string {
  return `awaits ${count(awaits)} parked event${awaits === 1 ? '' : 's'}`;
}

function deadlineInWords(record: EventWindow, { now, lagMs }: Present): string {
  const { posture, awaits, window } = record;
  if (awaits > 0) return awaitsInWords(record);
  const cools = coolsUntil(record, now);
  if (cools !== null) return `quiet for ${span(cools - now)}`;
  if (!window) return '-';
  const { end, due, keepUntil, bounded } = window;
  if (!bounded) return 'no window';
  if (posture === 'Proactive') {
    const held = due <= now && now < due + lagMs;
    return held ? `held back: events run ${span(lagMs)} late` : away(due, now);
  }
  if (end <= now && keepUntil !== null) {
    return keepUntil > now ? `over, kept ${span(keepUntil - now)} more` : 'over, kept no more';
  }
  return isResting(window, now) ? 'rests' : `ends ${away(end, now)}`;
}

function isResting({ rests, start }: Interval, now: number): boolean {
  return rests && start > now;
}

/** What the times of these windows say that cannot be guessed. */
export function windowNotes(windows: readonly Window[], now: number): string[] {
  const open = windows.flatMap((one) => (one.kind === 'event' && one.window !== null ? [one.window] : []));
  const notes: string[] = [];
  if (windows.some((one) => one.kind === 'event' && one.awaits > 0)) {
    notes.push(
      'awaits: the event stays parked until the one that it follows has come, for the leader wait at most; it may disprove the absence',
    );
  }
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
  const { type, children, needed, labels, enabled } = group;
  const times = children.map(({ triggered }) => triggered);
  const kept = Math.min(...children.map(({ keepUntil }) => keepUntil));
  // A sequence that has all of them in order has fired, and holds none.
  const order = type === 'sequence' && children.length >= needed ? ', out of order' : '';
  const had = `has ${children.map(({ child }) => child + 1).join(', ')}`;
  return [
    titleOf(group),
    labelsInWords(labels),
    moment(Math.min(...times)),
    '-',
    `${children.length}/${needed}${order}`,
    enabled ? `forgotten ${away(kept, now)}` : FROZEN,
    `${children.at(-1)?.event ?? '-'} (${had})`,
    '-',
    '-',
  ];
}

/** The same as `-o json` prints it. */
export function windowJson(window: Window): Record<string, unknown> {
  const { automation, name, enabled, path, labels } = window;
  const place = { automation, name, enabled, path, labels };
  return window.kind === 'event' ? { ...place, ...eventJson(window) } : { ...place, ...groupJson(window) };
}

function eventJson(record: EventWindow): Record<string, unknown> {
  const { posture, threshold, counts, window, awaits, lastEvent, alert, kept } = record;
  return {
    type: 'event',
    posture,
    threshold,
    counts,
    window: window && {
      start: window.bounded ? formatTimestamp(window.start) : null,
      end: window.bounded ? formatTimestamp(window.end) : null,
      count: window.count,
      due: window.bounded ? formatTimestamp(window.due) : null,
      keep_until: window.keepUntil === null ? null : formatTimestamp(window.keepUntil),
      reaches_back_seconds: window.reachesBack / 1_000,
      rests_until: window.rests ? formatTimestamp(window.start) : null,
    },
    awaits_parked: awaits,
    last_event: lastEvent,
    alert: alert && {
      since: formatTimestamp(alert.since),
      missing: alert.missing,
      until: formatTimestamp(alert.until),
      ends: alert.ends,
      last: alert.last === null ? null : formatTimestamp(alert.last),
      reminder: alert.reminder && { ...alert.reminder, at: formatTimestamp(alert.reminder.at) },
    },
    ...keptJson(kept),
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
