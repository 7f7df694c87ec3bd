import type { ActionDocument as Action } from '../../documents/given.ts';
import type { CompositeTrigger, EventPattern, EventTrigger, Spec, Trigger } from '../../model/trigger.ts';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A length of time as people write it: `10m`, `1h30m`, `1s500ms`; `0s` for none. */
export function durationInWords(ms: number): string {
  let rest = ms;
  let words = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) words += `${count}${unit}`;
  }
  return words === '' ? '0s' : words;
}

/** The place of a trigger in its automation, counted from 1: `step 2 of Cart then pay`; the name alone for the root. */
export function stepInWords(name: string, path: string): string {
  return path === '' ? name : `step ${stepOf(path)} of ${name}`;
}

/** A place in the tree of triggers as people count: `2.1` for `1.0`. */
export function stepOf(path: string): string {
  return path.replace(/\d+/g, (index) => String(Number(index) + 1));
}

/** What a trigger waits for, in one line: `5 × order.failed within 10m for each id`. */
export function triggerInWords(trigger: Trigger): string {
  switch (trigger.type) {
    case 'event':
      return trigger.posture === 'Reactive' ? reactive(trigger) : proactive(trigger);
    case 'sequence':
      return composite(trigger.triggers.map(nested).join(', then '), trigger);
    case 'compound': {
      return composite(`${trigger.require} of ${trigger.triggers.map(nested).join(', ')}`, trigger);
    }
  }
}

/** The kinds of actions in declared order: `queue mail, call-webhook`. */
export function actionsInWords(actions: readonly Action[]): string {
  const words = actions.map((action) => (action.type === 'queue' ? `queue ${String(action.queue)}` : action.type));
  return words.length === 0 ? '-' : words.join(', ');
}

function reactive(trigger: EventTrigger): string {
  const words = [
    counted(trigger),
    ...conditions(trigger),
    ...armed(trigger),
    ...ending(trigger),
    ...afterwards(trigger),
  ];
  return words.join(' ');
}

function proactive(trigger: EventTrigger): string {
  const { threshold, sum } = trigger;
  const isCount = sum === undefined && threshold <= 1;
  const missing = isCount ? `no ${patterns(trigger.expect)}` : `fewer than ${counted(trigger)}`;
  const once = trigger.repeat ? [] : ['(once in a silence)'];
  const words = [...conditions(trigger), ...armed(trigger), ...ending(trigger), ...once, ...afterwards(trigger)];
  return [missing, ...words].join(' ');
}

/** A trigger inside another, in brackets when its own words would run into those around it. */
function nested(trigger: Trigger): string {
  const words = triggerInWords(trigger);
  return /[ ,]/.test(words) ? `(${words})` : words;
}

type Ending = { withinMs: number | null; forEach: readonly string[]; sliding?: true };

function composite(words: string, trigger: Ending & Pick<CompositeTrigger, 'unless'>): string {
  const unless = trigger.unless === undefined ? [] : [`unless ${patterns(trigger.unless)}`];
  return [words, ...ending(trigger), ...unless].join(' ');
}

/** How many of which events, or how much: `5 × order.failed`, `3 different payload.ip of login`, `payload.amount of refund up to 5000`. */
function counted({ threshold, distinct, sum, expect }: EventTrigger): string {
  const events = patterns(expect);
  if (sum !== undefined) return `${sum} of ${events} up to ${threshold}`;
  // Thresholds 0 and 1 both mean the first one.
  if (threshold <= 1) return events;
  return distinct === undefined ? `${threshold} × ${events}` : `${threshold} different ${distinct} of ${events}`;
}

function patterns(list: readonly EventPattern[]): string {
  return list.length === 0 ? 'any event' : list.map(patternInWords).join(' | ');
}

function patternInWords(pattern: EventPattern): string {
  if (typeof pattern === 'string') return pattern;
  const { events } = pattern;
  const names = events.length === 1 && events[0] === '*' ? 'any event' : events.join(' | ');
  return `(${[names || 'no event', ...conditions(pattern)].join(' ')})`;
}

type Conditions = Pick<EventTrigger, 'match' | 'matchRelated'> & { where?: string | null };

function conditions({ match, matchRelated, where }: Conditions): string[] {
  const own = match.size === 0 ? [] : [`of ${spec(match)}`];
  const condition = (where ?? null) === null ? [] : [`where ${where}`];
  return [...own, ...matchRelated.map((one) => `with ${spec(one)}`), ...condition];
}

function spec(labels: Spec): string {
  return [...labels].map(([label, values]) => `${label}=${values.join('|')}`).join(', ');
}

function armed({ after }: EventTrigger): string[] {
  return after.length === 0 ? [] : [`after ${patterns(after)}`];
}

/** What ends a count or an alert, and what an alert does meanwhile. */
function afterwards({ reset, resolve, remindMs, cooldownMs, sliding, withinMs }: EventTrigger): string[] {
  const ends = resolve && [
    ...(resolve.on.length > 0 ? [patterns(resolve.on)] : []),
    ...(resolve.afterMs === null ? [] : [`${durationInWords(resolve.afterMs)} without`]),
  ];
  const isUsual = sliding && resolve === undefined && cooldownMs === withinMs;
  return [
    ...(reset ? [`anew at ${patterns(reset)}`] : []),
    ...(ends ? [`until ${ends.join(' or ')}`] : []),
    ...(remindMs ? [`again each ${durationInWords(remindMs)}`] : []),
    ...(cooldownMs && !isUsual ? [`then quiet for ${durationInWords(cooldownMs)}`] : []),
  ];
}

function ending({ withinMs, forEach, sliding }: Ending): string[] {
  const within = withinMs ? [`${sliding ? 'in any' : 'within'} ${durationInWords(withinMs)}`] : [];
  return forEach.length === 0 ? within : [...within, `for each ${forEach.join(', ')}`];
}
