import type { Watchfire } from '../../engine.ts';
import type { Recorded } from '../../inspect/firings.ts';
import type { Window } from '../../inspect/windows.ts';
import { type Automation, isShadow } from '../../model/automation.ts';
import { firingJson, firingRow } from './firing.ts';
import { plain } from './output.ts';
import { wrapped } from './table.ts';
import { count } from './when.ts';
import { windowJson, windowRow } from './window.ts';
import { triggerInWords } from './words.ts';

/** Windows shown beside a document; `watchfire windows` shows the others. */
const SHOWN = 3;

/** How an automation is now: its open windows, the soonest first, and what it fired last. */
export type AutomationState = Readonly<{
  automation: Automation;
  windows: readonly Window[];
  total: number;
  firing: Recorded | null;
  /** About how many applied events a condition could not be answered. */
  whereErrors: number;
  now: number;
}>;

export async function stateOf(watchfire: Watchfire, automation: Automation): Promise<AutomationState> {
  const { id } = automation;
  const { windows, total } = await watchfire.windows({ limit: SHOWN, automation: id });
  const { firings } = await watchfire.firings({ limit: 1, automation: id });
  const [whereErrors, now] = await Promise.all([watchfire.whereErrors(id), watchfire.serverTimeMs()]);
  return { automation, windows, total, firing: firings[0] ?? null, whereErrors, now };
}

export function stateJson({
  automation,
  windows,
  total,
  firing,
  whereErrors,
}: AutomationState): Record<string, unknown> {
  const { document, enabled, trigger } = automation;
  return {
    automation: document,
    enabled,
    trigger: triggerInWords(trigger),
    open_windows: total,
    windows: windows.map(windowJson),
    where_errors: whereErrors,
    last_firing: firing && firingJson(firing),
  };
}

/** The same as comments of YAML, so that a document with them can be put as it is. */
export function stateComments(
  { automation, windows, total, firing, whereErrors, now }: AutomationState,
  bound: number | null,
): string[] {
  const { enabled, trigger } = automation;
  const rows = windows.map((window) => {
    const [, key, , , counted, deadline, , alert, kept] = windowRow(window, { now, lagMs: 0 });
    const cells = [counted, deadline, alert === '-' ? '-' : `alert ${alert}`, kept].filter((cell) => cell !== '-');
    return ['', key, ...cells].join('  ');
  });
  const more = total > windows.length ? ', the soonest' : '';
  const [at, , state, , key, event, id] = firing ? firingRow(firing) : [];
  const sentences = [
    `${enabled ? 'enabled' : 'disabled'}${isShadow(automation) ? ' in shadow, without jobs' : ''}: ${triggerInWords(trigger)}`,
    `open windows: ${count(total)}${more}`,
    ...rows,
    ...(whereErrors === 0 ? [] : [`events about which a condition could not be answered: ${count(whereErrors)}`]),
    firing ? `last firing: ${at}  ${state}  ${key}  ${event}  ${id}` : 'last firing: none found',
  ];
  return sentences
    .flatMap((text) => wrapped(plain(text), bound === null ? null : bound - 2))
    .map((line) => `# ${line}`);
}
