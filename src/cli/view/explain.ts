import type { Window } from '../../inspect/windows.ts';
import { resourceId } from '../../model/event.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import type { ExplainedAutomation, ExplainedEvent, ExplainedTrigger } from '../../replay/explain.ts';
import type { ConditionVerdict } from '../../replay/verdicts.ts';
import type { Io } from '../verb.ts';
import { exactInWords } from './backtest.ts';
import { labelsInWords } from './firing.ts';
import { countInWords } from './kept.ts';
import { plain } from './output.ts';
import { boundOf, facts } from './table.ts';
import { windowJson } from './window.ts';
import { stepInWords } from './words.ts';

/** Automations that were not interested and are named, those that came nearest first. */
const NEAREST = 10;

type Options = Readonly<Record<string, unknown>>;

/** Prints what an entry was to automations. @param whole whether those that were not interested are shown whole, too */
export function printExplained(explained: ExplainedEvent, whole: boolean, options: Options, io: Io): void {
  const { entry, event, outcome, reason, automations } = explained;
  const bound = boundOf(io, options);
  const head: [string, string][] = [
    ['event', event === null ? '-' : `${event.event} ${resourceId(event.resource)}, id ${event.id}`],
    ['entry', entry],
    ...(event === null ? [] : timesOf(event)),
    ['outcome', reason === null ? (OUTCOMES[outcome] ?? outcome) : `${outcome}: ${reason}`],
  ];
  for (const line of facts(head, bound)) io.out(line);
  const told = automations.filter(({ interested }) => whole || interested);
  for (const automation of told) {
    io.out('');
    for (const line of facts(factsOf(automation), bound)) io.out(line);
  }
  const others = automations.filter((one) => !told.includes(one)).sort((a, b) => distance(a) - distance(b));
  if (others.length === 0) return;
  io.out('');
  io.out('not interested, the nearest first:');
  const lines = others.slice(0, NEAREST).map(({ name, nearest }): [string, string] => [name, nearest?.said ?? '-']);
  for (const line of facts(lines, bound)) io.out(`  ${line}`);
  if (others.length > NEAREST) io.out(`  and ${others.length - NEAREST} others; name one to see all of it`);
}

const OUTCOMES: Readonly<Record<string, string>> = {
  waiting: 'not applied yet: it waits in the log',
  duplicate: 'duplicate: an event with this id was applied before',
  parked: 'parked: it waits for the event that it follows',
  ignored: 'ignored: the settings ignore events of this name',
};

function timesOf({ occurred, received, follows }: NonNullable<ExplainedEvent['event']>): [string, string][] {
  return [
    ['occurred', formatTimestamp(occurred)],
    ['received', formatTimestamp(received)],
    ...(follows === null ? [] : [['follows', follows] as [string, string]]),
  ];
}

/** How many conditions are not met, at least; a name that is like none that is expected counts for many. */
function distance({ triggers }: ExplainedAutomation): number {
  const counts = triggers
    .filter(({ verdicts }) => verdicts.length > 0)
    .map(({ verdicts }) => verdicts.reduce((sum, { met, far }) => sum + (met ? 0 : far ? FAR : 1), 0));
  return Math.min(Number.MAX_SAFE_INTEGER, ...counts);
}

const FAR = 100;

function factsOf({
  name,
  id,
  triggers,
  exact,
  exactFrom,
  nearest,
  interested,
}: ExplainedAutomation): [string, string][] {
  const facts: [string, string][] = [['automation', `${name} (${id})`]];
  const several = triggers.length > 1;
  for (const one of triggers) {
    if (several && one.verdicts.length === 0) continue;
    if (several) facts.push(['trigger', stepInWords(name, one.path)]);
    for (const verdict of one.verdicts)
      facts.push([verdict.met ? 'yes' : 'NO', `${verdict.condition}: ${verdict.said}`]);
    if (one.interested) facts.push(...metOf(one));
  }
  if (!interested) facts.push(['so', `not interested${nearest === null ? '' : `: ${nearest.said}`}`]);
  if (interested && !exact) {
    const from = exactFrom === null ? 'nowhere in the log so far' : `from ${exactInWords(exactFrom)} on`;
    facts.push(['exact', `${from}: the log does not reach back to what was open before`]);
  }
  return facts;
}

function metOf({ key, before, after, word }: ExplainedTrigger): [string, string][] {
  return [
    ['key', labelsInWords(key)],
    ['before', windowInWords(before)],
    ['word', word === null ? '-' : `${word}: ${word.split('+').map(meaningOf).join(', ')}`],
    ['after', windowInWords(after)],
  ];
}

/** A window in one line. */
export function windowInWords(window: Window | null): string {
  if (window === null) return 'nothing';
  if (window.kind === 'composite') {
    const { children, needed } = window;
    return `${children.length} of ${needed} child firings`;
  }
  const { window: open, alert, awaits, kept } = window;
  const parts: string[] = [];
  if (open?.bounded) {
    const interval = `[${formatTimestamp(open.start)}, ${formatTimestamp(open.end)})`;
    parts.push(`${interval} ${countInWords(window, open.count)}${open.rests ? ', rests until its start' : ''}`);
  } else if (open) parts.push(countInWords(window, open.count));
  if (alert) parts.push(`alert since ${formatTimestamp(alert.since)}`);
  if (kept.quietUntil !== null) parts.push(`quiet until ${formatTimestamp(kept.quietUntil)}`);
  if (kept.lateBefore !== null) parts.push(`late before ${formatTimestamp(kept.lateBefore)}`);
  if (awaits > 0) parts.push(`awaits ${awaits} parked`);
  return parts.length === 0 ? 'nothing open' : parts.join(', ');
}

/** The words of rules 17.13, which docs/semantics.md explains as well. */
export const MEANINGS: Readonly<Record<string, string>> = {
  armed: 'it opened a window',
  open: 'a window is open already',
  counted: 'it was counted',
  fired: 'it was the last one that was needed',
  late: 'it happened before what the window counts',
  resting: 'the key has fired and rests',
  'not-armed': 'no arming event came before it',
  disarmed: 'the armed window was over',
  satisfied: 'it was what the window waited for',
  restarted: 'it closed a window and opened the next one',
  'armed-again': 'a newer arming event lies behind it',
  idle: 'no window was open',
  'made-up': 'it made up for what was missing',
  resolved: 'it ended the alert',
  reset: 'the count began anew',
  cooling: 'the key is quiet after a firing',
  active: 'the alert is on already',
  'no-value': 'what it should add is not there',
  held: 'the deadline waits for it',
  'over-limit': 'a quota is used up',
};

function meaningOf(word: string): string {
  return MEANINGS[word] ?? word;
}

/** The same for programs. */
export function explainedJson({ entry, event, outcome, reason, automations }: ExplainedEvent): Record<string, unknown> {
  return {
    entry,
    outcome,
    reason,
    event: event && {
      id: event.id,
      event: event.event,
      occurred: formatTimestamp(event.occurred),
      received: formatTimestamp(event.received),
    },
    automations: automations.map(({ id, name, interested, nearest, exact, exactFrom, triggers }) => ({
      automation: id,
      name,
      interested,
      nearest: nearest && verdictJson(nearest),
      exact,
      exact_from: exactFrom?.position ?? null,
      triggers: triggers.map(({ path, verdicts, word, key, before, after }) => ({
        path,
        conditions: verdicts.map(verdictJson),
        word,
        key,
        before: before && windowJson(before),
        after: after && windowJson(after),
      })),
    })),
  };
}

function verdictJson({ condition, met, said }: ConditionVerdict): Record<string, unknown> {
  return { condition, met, said: plain(said) };
}
