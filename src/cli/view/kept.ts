import type { EventWindow, Kept, Window } from '../../inspect/windows.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { count, momentNear } from './when.ts';

/** Different values that are shown of a window; `-o json` has all of them. */
const SHOWN_VALUES = 5;

/** Until when (ms) a key is quiet after a firing, null when it is not now. */
export function coolsUntil({ kept }: EventWindow, now: number): number | null {
  return kept.quietUntil !== null && kept.quietUntil > now ? kept.quietUntil : null;
}

/** How much was counted of what is needed: `2/5`, `2/3 values`, `sum 90.5/100`. */
export function countInWords({ counts, threshold }: EventWindow, counted: number): string {
  if (counts === 'sum') return `sum ${Number(counted.toPrecision(12))}/${threshold}`;
  return `${counted}/${threshold}${counts === 'distinct' ? ' values' : ''}`;
}

/** What a key keeps that its window does not show, `` for nothing: `values a, b; brings 3 events; late before 09:00:05Z`. */
export function keptInWords(record: Window, now: number): string {
  if (record.kind !== 'event') return '';
  const { lateBefore, recovered, cancelled, values, collected } = record.kept;
  const at = (word: string, time: number | null): string[] =>
    time === null ? [] : [`${word} ${momentNear(time, now)}`];
  return [
    ...(values === null || values.length === 0 ? [] : [`values ${valuesInWords(values)}`]),
    ...(collected === null || collected === 0 ? [] : [`brings ${count(collected)} event${collected === 1 ? '' : 's'}`]),
    ...at('late before', lateBefore),
    ...at('recovered', recovered),
    ...at('reset', cancelled),
  ].join('; ');
}

function valuesInWords(values: readonly string[]): string {
  const shown = values.slice(0, SHOWN_VALUES).join(', ');
  const left = values.length - SHOWN_VALUES;
  return left > 0 ? `${shown} and ${count(left)} more` : shown;
}

/** The same as `-o json` prints it. */
export function keptJson(kept: Kept): Record<string, unknown> {
  const at = (time: number | null): string | null => (time === null ? null : formatTimestamp(time));
  return {
    quiet_until: at(kept.quietUntil),
    late_before: at(kept.lateBefore),
    recovered: at(kept.recovered),
    reset: at(kept.cancelled),
    values: kept.values,
    collected: kept.collected,
  };
}
