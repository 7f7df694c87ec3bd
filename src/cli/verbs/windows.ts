import type { CompositeWindow, EventWindow, Window } from '../../inspect/windows.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { withWatchfire } from '../connect.ts';
import { wholeOption } from '../settings.ts';
import { DONE, type Verb } from '../verb.ts';
import { labelsInWords } from '../view/firing.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { away, count, moment, withoutYear } from '../view/when.ts';

/** Most windows asked for at a time. */
const LIMIT_MAX = 10_000;

const COLUMNS: readonly Column[] = [
  { title: 'AUTOMATION' },
  { title: 'FOR' },
  { title: 'FROM', whole: true, leaves: 1, short: withoutYear },
  { title: 'UNTIL', whole: true, leaves: 2, short: withoutYear },
  { title: 'COUNT', whole: true },
  { title: 'DEADLINE', whole: true },
  { title: 'LAST EVENT', leaves: 3 },
  { title: 'ALERT' },
];

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command))
      .option('--limit <count>', 'how many, those that are looked at soonest', '50')
      .option('--automation <name>', 'only those of one automation, by name or id')
      .addHelpText(
        'after',
        '\nShows the open windows: for each automation and key how much was counted of what is needed, and when it is\n' +
          'decided. A Reactive window only ends, a Proactive one fires at its deadline if too little came. Of composites it\n' +
          'shows the firings of children that wait for the others.\n\nExample:\n  watchfire windows --automation "Payment overdue"',
      );
  },

  async run(_, options, io) {
    const limit = wholeOption(options, 'limit', 1, LIMIT_MAX);
    return await withWatchfire(options, io, async (watchfire) => {
      const only = options.automation === undefined ? null : await watchfire.get(String(options.automation));
      const query = { limit, ...(only === null ? {} : { automation: only.id }) };
      const { windows, total } = await watchfire.windows(query);
      if (asJson(options)) {
        printJson(io, windows.map(jsonOf));
        await io.drained();
        return DONE;
      }
      const now = await watchfire.serverTimeMs();
      const rows = windows.map((window) => rowOf(window, now));
      if (rows.length === 0) io.err('no open windows');
      else printTable(io, options, COLUMNS, rows);
      if (total > windows.length)
        io.err(`watchfire: ${count(windows.length)} of ${count(total)}; see more with --limit`);
      return DONE;
    });
  },
};

/** The automation, and which of its triggers when it has several. */
function titleOf({ name, path }: Window): string {
  return path === '' ? name : `${name} [${path}]`;
}

function rowOf(window: Window, now: number): string[] {
  return window.kind === 'event' ? windowRow(window, now) : groupRow(window, now);
}

function windowRow(record: EventWindow, now: number): string[] {
  const { posture, threshold, window, lastEvent, alert, labels } = record;
  const alerted = alert ? `since ${moment(alert.since)}, ${count(alert.missing)} missing` : '-';
  const last = lastEvent ?? '-';
  if (!window) return [titleOf(record), labelsInWords(labels), '-', '-', '-', '-', last, alerted];
  const { start, end, due, keepUntil } = window;
  const ends = posture === 'Proactive' ? away(due, now) : `ends ${away(end, now)}`;
  const deadline =
    posture === 'Reactive' && end <= now && keepUntil !== null ? `over, kept ${away(keepUntil, now)}` : ends;
  const counted = `${window.count}/${threshold}`;
  return [titleOf(record), labelsInWords(labels), moment(start), moment(end), counted, deadline, last, alerted];
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

function jsonOf(window: Window): Record<string, unknown> {
  const { automation, name, path, labels } = window;
  const place = { automation, name, path, labels };
  return window.kind === 'event' ? { ...place, ...windowJson(window) } : { ...place, ...groupJson(window) };
}

function windowJson({ posture, threshold, window, lastEvent, alert }: EventWindow): Record<string, unknown> {
  return {
    type: 'event',
    posture,
    threshold,
    window: window && {
      start: formatTimestamp(window.start),
      end: formatTimestamp(window.end),
      count: window.count,
      due: formatTimestamp(window.due),
      keep_until: window.keepUntil === null ? null : formatTimestamp(window.keepUntil),
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
