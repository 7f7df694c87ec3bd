import type { Firing } from './firing.ts';
import { makeFiring } from './firing.ts';
import type { EventNode, Reminding } from './state.ts';

/** Rules 17.7: those whose time is not after `asOf`, at which the alert is set or renewed, are used up at once. */
export function remindOf({ trigger }: EventNode, firing: Firing, asOf: number): Reminding | null {
  const { remindMs, remindLimit = Number.POSITIVE_INFINITY } = trigger;
  if (remindMs === undefined) return null;
  const reminding: Reminding = { firing, everyMs: remindMs, limit: remindLimit, used: 0 };
  useUp(reminding, asOf);
  return reminding;
}

export function useUp(reminding: Reminding, asOf: number): void {
  const past = Math.floor((asOf - reminding.firing.time) / reminding.everyMs);
  reminding.used = Math.max(reminding.used, past);
}

/** When the next one comes out, in ms; null when none does any more. */
export function nextReminder(reminding: Reminding | null, forgetAt: number): number | null {
  if (reminding === null || reminding.used >= reminding.limit) return null;
  const time = reminding.firing.time + (reminding.used + 1) * reminding.everyMs;
  return time > forgetAt ? null : time;
}

/** `start`: of the window that set or renewed the alert; of a Reactive key the time of its firing. */
export function remind(node: EventNode, key: readonly string[], reminding: Reminding, start: number): Firing {
  reminding.used += 1;
  const { firing, used: reminder, everyMs } = reminding;
  const time = firing.time + reminder * everyMs;
  const cause = [firing.cause, reminder, time];
  return makeFiring(node, key, {
    event: firing.event,
    time,
    reminder,
    cause,
    story: { kind: 'reminder', start },
    shadow: firing.shadow,
  });
}
