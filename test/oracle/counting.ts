import { eventDocument } from '../../src/model/event.ts';
import type { EventTrigger } from '../../src/model/trigger.ts';
import type { ModelEvent } from './event.ts';
import type { Collected, Window } from './state.ts';
import type { Meeting } from './windows.ts';

const MOST_BYTES = 1_000_000;

/** With `distinct` or `sum` an arming event that is expected too is not counted, and one event makes up for an absence (rules 17.2). */
export const countsValues = ({ distinct, sum }: EventTrigger): boolean => distinct !== undefined || sum !== undefined;

/** Two values are the same when their texts are: of the same type and equal. */
export const valueText = ({ interest }: Meeting): string => JSON.stringify(interest.value);

/** R8 and P8. `opened`: this event has just opened the window by arming it, with a count of -1 where events are counted. */
export function countIn(trigger: EventTrigger, window: Window, meeting: Meeting, opened: boolean): void {
  if (opened) {
    if (!countsValues(trigger)) window.count += 1;
    return;
  }
  if (trigger.distinct !== undefined) {
    const value = valueText(meeting);
    if (window.values.has(value)) return;
    window.values.add(value);
    window.count = window.values.size;
  } else window.count += trigger.sum === undefined ? 1 : Number(meeting.interest.value);
  collect(window.collected, meeting.event, trigger.collect ?? 0);
}

/** Whether a count reaches the threshold; a sum is compared after rounding. */
export function isEnough({ sum, threshold }: EventTrigger, count: number): boolean {
  return (sum === undefined ? count : Number(count.toPrecision(12))) >= threshold;
}

/** The count of a window that an arming event opens. */
export function openingCount(trigger: EventTrigger, { interest }: Meeting): number {
  return interest.expects && !countsValues(trigger) ? -1 : 0;
}

/** Rules 17.8: keeps the last `most`, the oldest go first when there are too many bytes. */
export function collect(collected: Collected, event: ModelEvent, most: number): void {
  collected.counted += 1;
  const bytes = Buffer.byteLength(JSON.stringify(eventDocument(event)));
  collected.events.push({ event, bytes });
  const size = (): number => collected.events.reduce((sum, one) => sum + one.bytes, 0);
  while (collected.events.length > most || size() > MOST_BYTES) collected.events.shift();
}

/** What a firing of the trigger brings. */
export function broughtBy({ collect: most }: EventTrigger, { events, counted }: Collected): Collected | null {
  return most === undefined ? null : { events: events.slice(-most), counted };
}
