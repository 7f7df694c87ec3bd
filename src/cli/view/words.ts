import type { ActionDocument as Action } from '../../documents/given.ts';
import type { EventTrigger, Spec, Trigger } from '../../model/trigger.ts';

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
  // Thresholds 0 and 1 both mean the first one.
  const times = trigger.threshold > 1 ? `${trigger.threshold} × ` : '';
  return [`${times}${patterns(trigger.expect)}`, ...conditions(trigger), ...armed(trigger), ...ending(trigger)].join(
    ' ',
  );
}

function proactive(trigger: EventTrigger): string {
  const { threshold, expect } = trigger;
  const missing = threshold > 1 ? `fewer than ${threshold} × ` : 'no ';
  const once = trigger.repeat ? [] : ['(once in a silence)'];
  const words = [...conditions(trigger), ...armed(trigger), ...ending(trigger), ...once];
  return [`${missing}${patterns(expect)}`, ...words].join(' ');
}

/** A trigger inside another, in brackets when its own words would run into those around it. */
function nested(trigger: Trigger): string {
  const words = triggerInWords(trigger);
  return /[ ,]/.test(words) ? `(${words})` : words;
}

type Ending = { withinMs: number | null; forEach: readonly string[] };

function composite(words: string, trigger: Ending): string {
  return [words, ...ending(trigger)].join(' ');
}

function patterns(list: readonly string[]): string {
  return list.length === 0 ? 'any event' : list.join(' | ');
}

function conditions({ match, matchRelated }: EventTrigger): string[] {
  const own = match.size === 0 ? [] : [`of ${spec(match)}`];
  return [...own, ...matchRelated.map((one) => `with ${spec(one)}`)];
}

function spec(labels: Spec): string {
  return [...labels].map(([label, values]) => `${label}=${values.join('|')}`).join(', ');
}

function armed({ after }: EventTrigger): string[] {
  return after.length === 0 ? [] : [`after ${patterns(after)}`];
}

function ending({ withinMs, forEach }: Ending): string[] {
  const within = withinMs ? [`within ${durationInWords(withinMs)}`] : [];
  return forEach.length === 0 ? within : [...within, `for each ${forEach.join(', ')}`];
}
