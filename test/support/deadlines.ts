import type { Snapshot } from './snapshot.ts';

type Fields = Record<string, string>;

const number = (text: string | undefined): number => (text === undefined ? Number.POSITIVE_INFINITY : Number(text));

/** When a window must be looked at: the end of an absence's window, or the time it or its alert is forgotten. */
function windowWakes(window: Fields, proactive: boolean): number {
  const end = proactive ? number(window.end) : Number.POSITIVE_INFINITY;
  return Math.min(end, number(window.keep), number(window.alert_until));
}

/** When the first stored child firing is forgotten: the last number of its line in `index`. */
function groupWakes(group: Fields): number {
  return Math.min(...(group.index ?? '').split('\n').map((line) => Number(line.split(' ')[3])));
}

/** Every window and every group of children with the state name of its trigger, its key and when it wakes. */
function obligations(state: Snapshot): { name: string; key: string; wakes: number }[] {
  return Object.entries(state).flatMap(([key, value]) => {
    const [, kind, name = '', rest = ''] = /^(window|composite):([^+]*\+[^+]*\+\d+):(.*)$/s.exec(key) ?? [];
    if (kind === undefined) return [];
    const fields = value as Fields;
    const trigger = state[`trigger:${name}`] as Fields | undefined;
    const wakes = kind === 'composite' ? groupWakes(fields) : windowWakes(fields, trigger?.posture === 'Proactive');
    return [{ name, key: rest, wakes }];
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
      automations.add(key.slice('automation:'.length));
  }
  const names = Object.entries(state).filter(
    ([key, value]) => key.startsWith('trigger:') && automations.has((value as Fields).automation ?? ''),
  );
  return new Set(names.map(([key]) => key.slice('trigger:'.length)));
}
