import type { Labels } from '../../model/event.ts';
import type { Firing } from '../../model/firing.ts';
import { storyOf } from '../../model/story.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import type { Backtest } from '../../replay/backtest.ts';
import type { ExactFrom } from '../../replay/exactness.ts';
import type { ToldFiring } from '../../replay/told.ts';
import type { Io } from '../verb.ts';
import { FIRING_COLUMNS, firingJson, firingRow, labelsInWords } from './firing.ts';
import { countInWords, windowOfStory } from './story.ts';
import { type Column, printTable } from './table.ts';
import { count, moment } from './when.ts';

const HOUR_MS = 3_600_000;

/** Hours, keys and differences that are shown; all of them stand in the JSON. */
const SHOWN = 10;

type Options = Readonly<Record<string, unknown>>;

/** What fired of one automation. */
type Summary = Readonly<{
  automation: string;
  triggered: number;
  resolved: number;
  keys: ReadonlyMap<string, number>;
  hours: ReadonlyMap<number, number>;
}>;

/** Counts firings of each automation, by key and by hour; `ids`: those that may have none. */
function summariesOf(firings: readonly ToldFiring[], ids: Iterable<string>): Summary[] {
  const groups = Map.groupBy(firings, ({ automation }) => automation);
  for (const id of ids) if (!groups.has(id)) groups.set(id, []);
  return [...groups].map(([automation, told]) => ({
    automation,
    triggered: told.filter(({ state }) => state === 'Triggered').length,
    resolved: told.filter(({ state }) => state === 'Resolved').length,
    keys: counted(told.map(({ labels }) => keyInWords(labels))),
    hours: hoursOf(told),
  }));
}

function counted<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** Hours by their beginnings, in ms, the busiest first. */
function hoursOf(firings: readonly ToldFiring[]): Map<number, number> {
  return counted(firings.map(({ triggered }) => Math.floor(triggered / HOUR_MS) * HOUR_MS));
}

function keyInWords(labels: string): string {
  return labelsInWords(JSON.parse(labels) as Labels);
}

const AUTOMATION_COLUMNS: readonly Column[] = [
  { title: 'AUTOMATION' },
  { title: 'FIRED', whole: true },
  { title: 'RESOLVED', whole: true },
  { title: 'KEYS', whole: true },
  { title: 'MOST OF ONE KEY' },
  { title: 'BUSIEST HOUR', whole: true, leaves: 1 },
  { title: 'EXACT FROM', whole: true },
];

const HOUR_COLUMNS: readonly Column[] = [
  { title: 'HOUR', whole: true },
  { title: 'FIRINGS', whole: true },
];

const DIFFERENCE_COLUMNS: readonly Column[] = [
  { title: 'CHANGE', whole: true },
  { title: 'TRIGGERED', whole: true },
  { title: 'STATE', whole: true },
  { title: 'AUTOMATION' },
  { title: 'FOR' },
];

/** Prints what a backtest has come to, as people read it. */
export function printBacktest(result: Backtest, options: Options, io: Io): void {
  const { entries, refused, fromMs, toMs, tookMs, firings, exact, first } = result;
  const speed = count(Math.round((entries / Math.max(1, tookMs)) * 1_000));
  const span = fromMs === null ? '' : `, ${moment(fromMs)} to ${moment(toMs)}`;
  io.out(`replayed ${count(entries)} entries${span}, in ${(tookMs / 1_000).toFixed(1)} s (${speed} a second)`);
  if (refused > 0) io.out(`${count(refused)} lines are no events`);
  for (const line of comparedLines(result)) io.out(line);
  const summaries = summariesOf(firings, exact.keys());
  if (summaries.length > 0)
    printTable(
      io,
      options,
      AUTOMATION_COLUMNS,
      summaries.map((one) => row(one, result)),
    );
  const hours = hoursOf(firings);
  if (hours.size > 1) {
    io.out('');
    const shown = [...hours].slice(0, SHOWN).sort(([a], [b]) => a - b);
    printTable(
      io,
      options,
      HOUR_COLUMNS,
      shown.map(([hour, number]) => [moment(hour), count(number)]),
    );
    if (hours.size > SHOWN) io.out(`the busiest ${SHOWN} of ${count(hours.size)} hours`);
  }
  printDifference(result, options, io);
  if (first.length === 0) return;
  io.out('');
  io.out(first.length < firings.length ? `the first ${first.length} firings:` : 'the firings:');
  printTable(
    io,
    options,
    FIRST_COLUMNS,
    first.map((firing) => [...firingRow({ entry: '', firing }), storyInWords(firing)]),
  );
}

/** Those of firings, and what each was made of. */
const FIRST_COLUMNS: readonly Column[] = [
  ...FIRING_COLUMNS,
  { title: 'MADE OF', short: (text) => text.replace(/, window .*/, '') },
];

function storyInWords(firing: Firing): string {
  const story = storyOf(firing);
  if (story === undefined) return '-';
  return [countInWords(story), `window ${windowOfStory(story)}`].filter((part) => part !== null).join(', ');
}

function comparedLines({ same, own, doubtful, complete, erased }: Backtest): string[] {
  if (same === null) return [];
  const { compared, extra, missing, misplaced } = same;
  const differs = extra.length + missing.length > 0 || misplaced !== null;
  const lines = differs
    ? [
        `NOT the ledger again: of ${count(compared)} compared ${count(missing.length)} are missing, ${count(extra.length)} are new` +
          (misplaced === null ? '' : `, from ${misplaced.id} on the order differs`),
      ]
    : [`the ledger again, firing by firing: ${count(compared)} compared`];
  if (doubtful > 0) lines.push(`not compared: ${count(doubtful)} keys whose alert came of what is older than the log`);
  if (erased > 0)
    lines.push(`erased: ${count(erased)} entries; automations that had met them are compared from EXACT FROM on`);
  if (complete && own !== null && own.unexpected + own.lacking > 0)
    lines.push(
      `entries of the engine: ${count(own.unexpected)} in the log are not expected, ${count(own.lacking)} are lacking`,
    );
  return lines;
}

function row({ automation, triggered, resolved, keys, hours }: Summary, { exact }: Backtest): string[] {
  const [[key, most] = ['-', 0]] = keys;
  const [[hour, number] = [0, 0]] = hours;
  const from = exact.get(automation);
  return [
    automation,
    count(triggered),
    count(resolved),
    count(keys.size),
    most === 0 ? '-' : `${key} (${count(most)})`,
    number === 0 ? '-' : `${moment(hour)} (${count(number)})`,
    from === undefined ? 'the first entry' : exactInWords(from),
  ];
}

/** From where on a replay of an automation is exact. */
export function exactInWords(from: ExactFrom): string {
  if (from === null) return 'nowhere';
  return from.position === '0-0' ? 'the first entry' : from.position;
}

function printDifference({ difference }: Backtest, options: Options, io: Io): void {
  if (difference === null) return;
  const { same, fresh, gone, moved } = difference;
  io.out('');
  io.out(
    `beside the ledger: ${count(same)} the same, ${count(fresh.length)} new, ${count(gone.length)} gone, ${count(moved.length)} moved`,
  );
  const rows = [
    ...fresh.slice(0, SHOWN).map((told) => ['new', ...rowOf(told, moment(told.triggered))]),
    ...gone.slice(0, SHOWN).map((told) => ['gone', ...rowOf(told, moment(told.triggered))]),
    ...moved
      .slice(0, SHOWN)
      .map(([live, told]) => ['moved', ...rowOf(told, `${moment(live.triggered)} to ${moment(told.triggered)}`)]),
  ];
  if (rows.length > 0) printTable(io, options, DIFFERENCE_COLUMNS, rows);
}

function rowOf({ state, automation, labels }: ToldFiring, when: string): string[] {
  return [when, state, automation, keyInWords(labels)];
}

/** The same for programs. */
export function backtestJson(result: Backtest): Record<string, unknown> {
  const { entries, refused, fromMs, toMs, tookMs, complete, doubtful, same, own, difference } = result;
  const time = (ms: number | null): string | null => (ms === null ? null : formatTimestamp(ms));
  return {
    entries,
    refused,
    from: time(fromMs),
    to: time(toMs),
    took_ms: Math.round(tookMs),
    complete,
    erased: result.erased,
    automations: summariesOf(result.firings, result.exact.keys()).map(({ automation, keys, hours, ...counts }) => ({
      automation,
      ...counts,
      exact_from: result.exact.get(automation)?.position ?? (result.exact.has(automation) ? null : '0-0'),
      keys: Object.fromEntries(keys),
      hours: Object.fromEntries([...hours].map(([hour, number]) => [formatTimestamp(hour), number])),
    })),
    ledger: same && {
      compared: same.compared,
      keys_left_out: doubtful,
      extra: same.extra.map(toldJson),
      missing: same.missing.map(toldJson),
      misplaced: same.misplaced && toldJson(same.misplaced),
      own_entries: own,
    },
    difference: difference && {
      same: difference.same,
      new: difference.fresh.map(toldJson),
      gone: difference.gone.map(toldJson),
      moved: difference.moved.map(([live, told]) => ({ ...toldJson(told), was: formatTimestamp(live.triggered) })),
    },
    first: result.first.map(wholeJson),
  };
}

function wholeJson(firing: Firing): Record<string, unknown> {
  const { entry: _, ...told } = firingJson({ entry: '', firing });
  return told;
}

function toldJson({ id, automation, state, labels, triggered }: ToldFiring): Record<string, unknown> {
  return {
    id,
    automation,
    state,
    triggered: formatTimestamp(triggered),
    triggering_labels: JSON.parse(labels) as unknown,
  };
}

/** Whether a replay of what was recorded gave anything else. */
export function differs({ same, own, complete }: Backtest): boolean {
  if (same === null) return false;
  const others = complete && own !== null ? own.unexpected + own.lacking : 0;
  return same.extra.length + same.missing.length + others > 0 || same.misplaced !== null;
}
