import { InvalidDocument } from '../errors.ts';
import { resolveLevel } from './event-level.ts';
import { checkClosed, joinPath, together } from './issue.ts';
import { isNotEmptyList, type Level, refuseBelowRoot, refuseProactive } from './level.ts';
import { type EventPattern, patternsAt } from './pattern.ts';
import { isRecord } from './record.ts';
import { withinAt } from './within.ts';

/** How the alert of a Reactive trigger ends: at an event, after a silence, or at whichever comes first. At least one of them is there. */
export type Resolve = Readonly<{ on: readonly EventPattern[]; afterMs: number | null }>;

/** What a trigger says of its alerts, in normal form (rules 17.6, 17.7). */
export type AlertKeys = {
  resolve?: Resolve;
  remindMs?: number;
  /** Absent: as long as the alert lasts. */
  remindLimit?: number;
};

const SHORTEST_REMIND_MS = 1_000;

const resolveRest = resolveLevel.omit({ on: true, after: true });

/** Reads the keys of an event trigger that say something of its alerts. Throws InvalidDocument. */
export function alertKeysAt(level: Level): AlertKeys {
  const [resolve, remindMs, remindLimit] = together(
    () => resolveAt(level),
    () => remindAt(level),
    () => remindLimitAt(level),
  );
  return {
    ...(resolve !== null && { resolve }),
    ...(remindMs !== null && { remindMs }),
    ...(remindLimit !== null && { remindLimit }),
  };
}

function resolveAt(level: Level): Resolve | null {
  const { resolve } = level.document;
  const path = joinPath(level.path, 'resolve');
  if (resolve === undefined) return null;
  refuseProactive(level, 'resolve');
  refuseBelowRoot(level, 'resolve');
  if (!isRecord(resolve)) throw new InvalidDocument(path, 'must be an object', resolve);
  const { on, after, ...rest } = resolve;
  const [patterns, afterMs] = together(
    () => patternsAt(on, joinPath(path, 'on')),
    () => (after === undefined ? null : silenceMs(after, joinPath(path, 'after'))),
    () => checkClosed(resolveRest, rest, path),
  );
  if (patterns.length === 0 && afterMs === null) throw new InvalidDocument(path, 'needs "on" or "after"', resolve);
  return Object.freeze({ on: patterns, afterMs });
}

function silenceMs(value: unknown, path: string): number {
  const { sign, ms } = withinAt(value, path);
  if (sign === 0) throw new InvalidDocument(path, 'must be above 0', value);
  return ms;
}

function remindAt(level: Level): number | null {
  const { remind, resolve, posture, after } = level.document;
  const path = joinPath(level.path, 'remind');
  if (remind === undefined) return null;
  refuseBelowRoot(level, 'remind');
  const hasAlert = posture === 'Proactive' ? isNotEmptyList(after) : resolve !== undefined;
  if (!hasAlert) {
    throw new InvalidDocument(path, 'needs "resolve", or a Proactive trigger with "after"', remind);
  }
  const { floorMs, ms } = withinAt(remind, path);
  if (floorMs < SHORTEST_REMIND_MS) throw new InvalidDocument(path, 'must be at least 1 second', remind);
  return ms;
}

function remindLimitAt({ document, path }: Level): number | null {
  const { remind, remind_limit: limit } = document;
  if (limit === undefined) return null;
  const place = joinPath(path, 'remind_limit');
  if (typeof limit !== 'number' || !Number.isSafeInteger(limit) || limit < 1) {
    throw new InvalidDocument(place, 'must be a whole number, 1 or more', limit);
  }
  if (remind === undefined) throw new InvalidDocument(place, 'needs "remind"', limit);
  return limit;
}
