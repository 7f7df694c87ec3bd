import { styleText } from 'node:util';
import type { Recorded } from '../../inspect/firings.ts';
import { resourceId } from '../../model/event.ts';
import type { Decision, LiveEvent, LiveHeard, LiveJob, LiveMore } from '../../services/live.ts';
import { labelsInWords } from './firing.ts';
import { occurredWords, outcomeWords, type Unwanted, unwantedWords } from './live-event.ts';
import { plain } from './output.ts';
import { count, timeOfDay } from './when.ts';
import { durationInWords, stepInWords } from './words.ts';

/** A firing among the notes of workers. */
export type LiveFiring = { kind: 'firing'; recorded: Recorded };

/** An event, and why automations that wait for its name do not want it; not where that is unknown. */
export type SeenEvent = LiveEvent & { unwanted?: readonly Unwanted[] };

/** One thing that happened. */
export type LiveItem = Exclude<LiveHeard, LiveEvent> | SeenEvent | LiveFiring;

type Style = Parameters<typeof styleText>[0];

/** Applies a style, or leaves the text as it is. */
type Paint = (style: Style, text: string) => string;

export function painter(color: boolean): Paint {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

/** Words after which a firing comes. */
const LOUD = /fired|resolved/;

/** Where the kind of a line ends, so that what follows stands in one column. */
const KIND_WIDTH = 'duplicate'.length;

/**
 * Puts things that came about the same time, each kind by its own way, into the order of causes: an event, the firings it
 * caused, their jobs. Others stand where their time puts them.
 */
export function ordered(items: readonly LiveItem[]): LiveItem[] {
  const caused = new Map<string, LiveItem[]>();
  const loose: { at: number; item: LiveItem }[] = [];
  const events = new Set(items.flatMap((item) => (item.kind === 'event' && item.id ? [item.id] : [])));
  const firings = new Set(items.flatMap((item) => (item.kind === 'firing' ? [item.recorded.firing.id] : [])));
  const below = (cause: string, item: LiveItem): void => {
    caused.set(cause, [...(caused.get(cause) ?? []), item]);
  };
  let last = 0;
  for (const item of items) {
    const cause = causeOf(item);
    if (item.kind === 'job' && firings.has(cause)) below(`firing ${cause}`, item);
    else if (item.kind === 'firing' && events.has(cause)) below(`event ${cause}`, item);
    else {
      last = timeOf(item) ?? last;
      loose.push({ at: last, item });
    }
  }
  loose.sort((a, b) => a.at - b.at);
  const withCaused = (item: LiveItem): LiveItem[] => {
    const name =
      item.kind === 'firing' ? `firing ${item.recorded.firing.id}` : item.kind === 'event' ? `event ${item.id}` : '';
    const next = caused.get(name) ?? [];
    // A duplicate has the id of the event that fired.
    caused.delete(name);
    return [item, ...next.flatMap(withCaused)];
  };
  return loose.flatMap(({ item }) => withCaused(item));
}

function causeOf(item: LiveItem): string {
  if (item.kind === 'job') return item.firing;
  return item.kind === 'firing' ? (item.recorded.firing.event?.id ?? '') : '';
}

/** When it happened, in ms of Redis time; null for what has no time of its own. */
function timeOf(item: LiveItem): number | null {
  switch (item.kind) {
    case 'event':
      return Number.parseInt(item.entry, 10);
    case 'firing':
      return Number.parseInt(item.recorded.entry, 10);
    case 'job':
      return Date.parse(item.added);
    case 'more':
    case 'dropped':
      return null;
  }
}

/** One thing as a line for people. @param names of automations by id */
export function lineOf(item: LiveItem, names: ReadonlyMap<string, string>, paint: Paint): string {
  switch (item.kind) {
    case 'event':
      return eventLine(item, names, paint);
    case 'firing':
      return firingLine(item.recorded, paint);
    case 'job':
      return jobLine(item, names, paint);
    case 'more':
      return moreLine(item, paint);
    case 'dropped':
      return paint('yellow', `… and ${item.messages} that no worker wrote, dropped`);
  }
}

function line(at: number, kind: string, style: Style, rest: string, paint: Paint): string {
  return `${paint('dim', timeOfDay(at))}  ${paint(style, kind.padEnd(KIND_WIDTH))}  ${rest}`.trimEnd();
}

function eventLine(event: SeenEvent, names: ReadonlyMap<string, string>, paint: Paint): string {
  const at = Number.parseInt(event.entry, 10);
  const { outcome, decisions } = event;
  const what = event.event === undefined ? plain(event.entry) : plain(`${event.event} ${event.resource ?? ''}`);
  if (outcome !== 'applied') {
    const style = outcome === 'rejected' ? 'red' : 'yellow';
    return line(at, outcome, style, [what, ...outcomeWords(event)].map(plain).join('  '), paint);
  }
  const words = decisions.map((decision) => decisionWords(decision, names, paint));
  const unwanted = unwantedWords(event, names).map((word) => paint('dim', plain(word)));
  const when = occurredWords(event).map((word) => paint('dim', plain(word)));
  return line(
    at,
    'event',
    'blue',
    [what, [...words, ...unwanted].join(paint('dim', ' · ')), ...when].join('  '),
    paint,
  );
}

function decisionWords(
  { automation, trigger, word }: Decision,
  names: ReadonlyMap<string, string>,
  paint: Paint,
): string {
  // Inside a composite a trigger does not fire by itself.
  const shown = LOUD.test(word) && trigger === '' ? paint('bold', plain(word)) : plain(word);
  if (automation === '') return shown;
  const name = names.get(automation) ?? automation;
  return `${shown} ${paint('dim', plain(stepInWords(name, trigger)))}`;
}

function firingLine({ entry, firing }: Recorded, paint: Paint): string {
  const { name, state, labels, event, children } = firing;
  const parts = [paint('bold', plain(name))];
  if (Object.keys(labels).length > 0) parts.push(plain(labelsInWords(labels)));
  if (children.length > 0) parts.push(`made of ${children.length} firings`);
  else parts.push(plain(event ? `by ${event.event} ${resourceId(event.resource) ?? ''}` : 'nothing was ever seen'));
  if (firing.shadow) parts.push(paint('dim', 'in shadow, no jobs'));
  const [kind, style]: [string, Style] =
    state === 'Triggered' ? ['FIRED', ['bold', 'magenta']] : ['RESOLVED', ['bold', 'green']];
  return line(Number.parseInt(entry, 10), kind, style, parts.join('  '), paint);
}

function jobLine(job: LiveJob, names: ReadonlyMap<string, string>, paint: Paint): string {
  const cause = plain(names.get(job.automation) ?? job.automation);
  const later = job.delay ? `, in ${durationInWords(job.delay)}` : '';
  return line(
    Date.parse(job.added),
    'job',
    'cyan',
    `${plain(`${job.name} in queue ${job.queue}${later}`)}  ${paint('dim', `${cause}  ${plain(job.id)}`)}`,
    paint,
  );
}

function moreLine({ outcomes }: LiveMore, paint: Paint): string {
  const total = Object.values(outcomes).reduce((sum, one) => sum + one, 0);
  const words = Object.entries(outcomes).map(([outcome, one]) => `${plain(outcome)} ${count(one)}`);
  return paint('dim', `… and ${count(total)} more, too fast to show: ${words.join(', ')}`);
}
