import { CLOCK_SKEW_MS, EARLIEST_ID_MS } from '../inspect/entry-ids.ts';
import { msOf } from '../model/intake.ts';

/** When an entry arrived in its stream, in ms by its id; null where that can be no time of arrival: ids may be chosen. */
export function usableMs(id: string, nowMs: number): number | null {
  const ms = msOf(id);
  return ms >= EARLIEST_ID_MS && ms <= nowMs + CLOCK_SKEW_MS ? ms : null;
}
