import { formatTimestamp } from '../../model/timestamp.ts';
import type { AbsenceExplained, KeyEvent, KeyState } from '../../replay/absence.ts';
import type { Io } from '../verb.ts';
import { windowInWords } from './explain.ts';
import { labelsInWords } from './firing.ts';
import { boundOf, facts } from './table.ts';
import { away, count, span } from './when.ts';
import { windowJson } from './window.ts';
import { stepInWords, triggerInWords } from './words.ts';

type Options = Readonly<Record<string, unknown>>;

/** Prints why nothing has fired yet for a key. */
export function printAbsence(absence: AbsenceExplained, options: Options, io: Io): void {
  const { automation, labels, states, searched } = absence;
  const bound = boundOf(io, options);
  const head: [string, string][] = [
    ['automation', `${automation.name} (${automation.id})`],
    ['trigger', triggerInWords(automation.trigger)],
    ['for', labelsInWords(labels)],
  ];
  for (const line of facts([...head, ...engineFacts(absence)], bound)) io.out(line);
  for (const state of states) {
    io.out('');
    const step: [string, string][] = state.path === '' ? [] : [['trigger', stepInWords(automation.name, state.path)]];
    for (const line of facts([...step, ...stateFacts(state, absence)], bound)) io.out(line);
  }
  if (states.some(({ armed, expected }) => armed === null || expected === null)) {
    io.out('');
    io.out(`looked through ${count(searched)} entries of the log for its events`);
  }
}

function engineFacts({ automation, lagMs, waitingSinceMs, nowMs, attendance }: AbsenceExplained): [string, string][] {
  const found: [string, string][] = [];
  if (!automation.enabled) found.push(['disabled', 'nothing is decided until it is enabled']);
  if (attendance !== 'attended') found.push(['worker', 'none is alive: nothing is decided']);
  if (waitingSinceMs !== null)
    found.push([
      'log',
      `entries wait since ${formatTimestamp(waitingSinceMs)}, ${away(waitingSinceMs, nowMs)}: no later deadline is decided before they are applied`,
    ]);
  if (lagMs > 0) found.push(['lag', `events run ${span(lagMs)} late: deadlines are decided so much later`]);
  return found;
}

function stateFacts(state: KeyState, { nowMs, lagMs, automation }: AbsenceExplained): [string, string][] {
  const { window, quietUntil, parked, armed, expected, missed, node } = state;
  const found: [string, string][] = [['window', windowInWords(window)]];
  if (window?.window && node.trigger.type === 'event' && node.trigger.posture === 'Proactive') {
    const { due } = window.window;
    const at = due + lagMs;
    found.push([
      'deadline',
      `${formatTimestamp(due)}${lagMs > 0 ? `, decided at ${formatTimestamp(at)}` : ''}, ${away(at, nowMs)}`,
    ]);
  }
  if (window?.alert)
    found.push(['alert', `it has fired: the alert is on since ${formatTimestamp(window.alert.since)}`]);
  if (window?.window?.rests)
    found.push(['rests', `it has fired, and counts again from ${formatTimestamp(window.window.start)} on`]);
  // It is remembered for a while after it is over.
  const quiet = quietUntil !== null && quietUntil > nowMs ? quietUntil : null;
  if (quiet !== null) found.push(['quiet', `after a firing, until ${formatTimestamp(quiet)}`]);
  for (const { id, event, follows, untilMs } of parked) {
    found.push([
      'parked',
      `${event} ${id} waits for ${follows}, until ${formatTimestamp(untilMs)}: no absence is decided before`,
    ]);
  }
  const arms = node.trigger.type === 'event' && node.trigger.after.length > 0;
  if (arms) found.push(['armed', armed === null ? 'by no event that is retained' : `last by ${eventInWords(armed)}`]);
  found.push(['expected', expected === null ? 'no such event is retained' : `last came ${eventInWords(expected)}`]);
  if (missed !== null) found.push(['not it', `${eventInWords(missed.event)}: ${missed.said}`]);
  const why = verdict({ ...state, quietUntil: quiet }, arms, automation.enabled);
  return why === null ? found : [...found, ['so', why]];
}

function eventInWords({ event, id, entry, occurred }: KeyEvent): string {
  return `${event} ${id}, occurred ${formatTimestamp(occurred)}, entry ${entry}`;
}

/** What keeps it from firing, in a sentence. */
function verdict(
  { window, quietUntil, parked, armed, node }: KeyState,
  arms: boolean,
  enabled: boolean,
): string | null {
  if (!enabled) return 'it is disabled';
  if (parked.length > 0 && window?.awaits) return 'the absence is held until the parked event is back';
  if (window?.alert) return 'it has fired already';
  if (quietUntil !== null) return 'it is quiet after a firing';
  if (window?.window?.rests) return 'it has fired and rests';
  if (window?.window) return 'its window is open';
  if (arms && armed === null) return 'no arming event has come';
  return node.trigger.type === 'event' && node.trigger.posture === 'Proactive'
    ? 'no window is open'
    : 'nothing is counted';
}

/** The same for programs. */
export function absenceJson({
  automation,
  labels,
  nowMs,
  lagMs,
  waitingSinceMs,
  attendance,
  states,
  searched,
}: AbsenceExplained): unknown {
  const event = (one: KeyEvent | null): unknown =>
    one && { ...one, occurred: formatTimestamp(one.occurred), received: formatTimestamp(one.received) };
  return {
    automation: automation.id,
    enabled: automation.enabled,
    labels,
    now: formatTimestamp(nowMs),
    lag_ms: lagMs,
    waiting_since: waitingSinceMs === null ? null : formatTimestamp(waitingSinceMs),
    attendance,
    searched,
    triggers: states.map(({ path, window, quietUntil, parked, armed, expected, missed }) => ({
      path,
      window: window && windowJson(window),
      quiet_until: quietUntil === null ? null : formatTimestamp(quietUntil),
      parked: parked.map(({ untilMs, ...one }) => ({ ...one, until: formatTimestamp(untilMs) })),
      armed: event(armed),
      expected: event(expected),
      missed: missed && { event: event(missed.event), said: missed.said },
    })),
  };
}
