import type { Reason } from '../../inspect/reasons.ts';
import type { LiveEvent } from '../../services/live.ts';
import { momentNear, span } from './when.ts';

/** An event that occurred so much earlier or later than it arrived shows when it occurred. */
const WORTH_SAYING_MS = 60_000;

/** One that was late for a window always does, as far as there is a difference. */
const SECOND_MS = 1_000;

/** Disabled automations that are named; the others are counted. */
const NAMED = 3;

/** An automation that waits for the name of an event and made nothing of it; `parked`, `duplicate` … when that is why. */
export type Unwanted = { automation: string; why: string };

type Seen = LiveEvent & { unwanted?: readonly Unwanted[] };

/**
 * Why automations that wait for its name made nothing of an event. The reasons are those of now: `changed` would want it now, and did not when it
 * was applied. An event that was not applied had no chance with those that would have wanted it.
 */
export function unwantedOf({ outcome, decisions }: LiveEvent, reasons: readonly Reason[]): Unwanted[] {
  const decided = new Set(decisions.map(({ automation }) => automation));
  return reasons.flatMap(({ automation, why }): Unwanted[] => {
    if (outcome !== 'applied') return why === 'wanted' || why === 'disabled' ? [{ automation, why: outcome }] : [];
    if (why !== 'wanted') return [{ automation, why }];
    return decided.has(automation) || decided.has('') ? [] : [{ automation, why: 'changed' }];
  });
}

/** What became of an event that was not applied. */
export function outcomeWords({ id, outcome, reason, follows }: LiveEvent): string[] {
  if (outcome === 'rejected') return [reason ?? ''];
  if (outcome === 'marked') return ['no event: it says how far sources are'];
  if (outcome === 'duplicate' && id !== undefined) return [`id ${id} was there before`];
  if (outcome !== 'parked' || follows === undefined) return [];
  return [`waits for ${follows}`];
}

/** Which disabled automations would have wanted an applied event; where no other did, why not. */
export function unwantedWords({ decisions, unwanted }: Seen, names: ReadonlyMap<string, string>): string[] {
  if (unwanted === undefined) return decisions.length > 0 ? [] : ['no automation wants it'];
  const named = (why: string): string[] =>
    unwanted.flatMap((one) => (one.why === why ? [names.get(one.automation) ?? one.automation] : []));
  const disabled = named('disabled');
  const words = disabled.slice(0, NAMED).map((name) => `${name} is disabled`);
  if (disabled.length > NAMED) words.push(`${disabled.length - NAMED} more are disabled`);
  if (decisions.length + words.length > 0) return words;
  const [changed] = named('changed');
  if (changed !== undefined) return [`${changed} has changed since`];
  const [looped] = named('causes');
  if (looped !== undefined) return [`${looped} takes it for a loop`];
  const [unmet, ...more] = named('condition');
  if (unmet !== undefined)
    return [more.length > 0 ? 'it meets no condition' : `it does not meet the condition of ${unmet}`];
  const [first, ...others] = named('labels');
  if (first === undefined) return ['no automation waits for its name'];
  return [others.length > 0 ? 'no automation wants its labels' : `${first} does not want its labels`];
}

/** When an event occurred, where that is not about when it arrived, or too late for a window. */
export function occurredWords({ entry, occurred, decisions }: LiveEvent): string[] {
  const [at, arrived] = [Date.parse(occurred ?? ''), Number.parseInt(entry, 10)];
  const least = decisions.some(({ word }) => word.split('+').includes('late')) ? SECOND_MS : WORTH_SAYING_MS;
  if (!(Math.abs(arrived - at) >= least)) return [];
  const distance = `${span(Math.abs(arrived - at))} ${at < arrived ? 'earlier' : 'later'}`;
  return [`occurred ${momentNear(at, arrived)}, ${distance}`];
}
