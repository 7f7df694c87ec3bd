import { encodeKey } from '../../src/match/key.ts';
import { parseWindowText } from '../../src/redis/window-text.ts';
import { keepMsOf, kindOfTrigger, type Snapshot } from './snapshot.ts';

type Fields = Record<string, string>;

/** The place in the deadlines of what waits for parked events (lua/include/limits.lua). */
const HELD = Number.MAX_SAFE_INTEGER;

/** Until when something of rules 17 is remembered (lua/include/extra.lua), and the next reminder of an alert. */
const UNTIL = /(?:(?:quiet|floor|recovered|cancelled) -?\d+|list|remind) (-?\d+)/g;

/** When a window must be looked at: the end of an absence's window, or the time it or its alert is forgotten. */
function windowWakes(text: string, proactive: boolean, keepMs: number): number {
  const { open, keep, alert, hold } = parseWindowText(text);
  const times = hold > 0 ? [HELD] : open ? [proactive ? open.end : open.due + keepMs] : [];
  if (open && keep !== null && hold === 0) times.push(keep);
  if (alert) times.push(alert.until);
  for (const [, until] of text.matchAll(UNTIL)) times.push(Number(until));
  return Math.min(...times);
}

/** When the first stored child firing is forgotten: the last number of its line in `index`. */
function groupWakes(group: Fields): number {
  return Math.min(...(group.index ?? '').split('\n').map((line) => Number(line.split(' ')[3])));
}

/** Every window and every group of children with the state name of its trigger, its key and when it wakes. */
function obligations(state: Snapshot): { name: string; key: string; wakes: number }[] {
  return Object.entries(state).flatMap(([stored, value]) => {
    if (stored.startsWith('windows:')) {
      const name = stored.slice('windows:'.length);
      const proactive = (kindOfTrigger(state, name) ?? 0) % 2 === 1;
      const wakes = (text: string) => windowWakes(text, proactive, keepMsOf(state, name));
      return Object.entries(value as Fields).map(([key, text]) => ({ name, key, wakes: wakes(text) }));
    }
    const [, name = '', key = ''] = /^composite:([^+]*\+[^+]*\+\d+):(.*)$/s.exec(stored) ?? [];
    return name === '' ? [] : [{ name, key, wakes: groupWakes(value as Fields) }];
  });
}

/**
 * What is wrong with the index of deadlines in a whole state: an obligation that is in it later than it is due, or not at
 * all. State without a definition (garbage) must be in no timetable, but still be found by the janitor.
 */
export function indexFaults(state: Snapshot): string[] {
  const due = (state.due ?? {}) as Record<string, number>;
  const garbage = (state.garbage ?? {}) as Record<string, number>;
  const disabled = disabledNames(state);
  const faults: string[] = [];
  for (const { name, key, wakes } of obligations(state)) {
    const windows = (state[`deadlines:${name}`] ?? {}) as Record<string, number>;
    const indexed = windows[key];
    if (indexed === undefined) faults.push(`${name}:${key} is not in its index`);
    else if (garbage[name] !== undefined || disabled.has(name)) {
      if (due[name] !== undefined) faults.push(`${name} is in the timetable although nothing may happen to it`);
    } else if (indexed > wakes) faults.push(`${name}:${key} wakes at ${wakes}, indexed at ${indexed}`);
    else if ((due[name] ?? Number.POSITIVE_INFINITY) > indexed)
      faults.push(`${name} is due at ${indexed}, in the timetable ${due[name]}`);
  }
  return faults;
}

function disabledNames(state: Snapshot): Set<string> {
  const automations = new Set<string>();
  for (const [key, value] of Object.entries(state)) {
    if (key.startsWith('automation:') && (value as Fields).enabled === '0')
      automations.add(encodeKey([key.slice('automation:'.length)]));
  }
  // A state name begins with the id of its automation, written as in a key.
  const names = Object.keys(state).flatMap((key) => (key.startsWith('trigger:') ? [key.slice('trigger:'.length)] : []));
  return new Set(names.filter((name) => automations.has(name.slice(0, name.indexOf('+')))));
}
