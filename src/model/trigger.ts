import { z } from 'zod';
import type { TriggerDocument } from '../documents/triggers.ts';
import { InvalidDocument } from '../errors.ts';
import { CHILDREN, type CompositeTrigger, compositeAt, compoundLevel, sequenceLevel } from './composite-trigger.ts';
import { eventLevel } from './event-level.ts';
import { type EventTrigger, eventTriggerAt } from './event-trigger.ts';
import { joinPath } from './issue.ts';
import type { EventPattern } from './pattern.ts';
import { isRecord } from './record.ts';

export type { Resolve } from './alert-keys.ts';
export type { CompositeTrigger } from './composite-trigger.ts';
export type { EventTrigger } from './event-trigger.ts';
export type { Spec } from './spec.ts';
export type { EventPattern };

export type Trigger = EventTrigger | CompositeTrigger;

/** The patterns of all lists of a trigger itself, not of those below it. Without any, an event trigger wants every event. */
export function patternsOf(trigger: Trigger): readonly EventPattern[] {
  if (trigger.type !== 'event') return trigger.unless ?? [];
  return [...trigger.expect, ...trigger.after, ...(trigger.reset ?? []), ...(trigger.resolve?.on ?? [])];
}

/** Deepest nesting of composites: far beyond what anybody can read, and shallow enough for every recursion over the tree. */
export const TRIGGER_DEPTH_LIMIT = 32;

/** Most triggers of an automation, composites included: far more than anybody can read (rules 5.5). */
export const TRIGGERS_LIMIT = 1_000;

const children: z.ZodType<readonly TriggerDocument[], readonly TriggerDocument[]> = z
  .lazy(() => z.array(triggerDocument).min(1).max(TRIGGERS_LIMIT))
  .describe(CHILDREN);

export const compoundDocument = compoundLevel.extend({ triggers: children });
export const sequenceDocument = sequenceLevel.extend({ triggers: children });

/** Published form of a trigger with everything below it (rules 5.2 and 5.3). */
export const triggerDocument = z
  .union([eventLevel, compoundDocument, sequenceDocument])
  .meta({ id: 'Trigger' }) as unknown as z.ZodType<TriggerDocument, TriggerDocument>;

/** Reads the trigger of an automation into its normal form, frozen. Throws InvalidDocument (rules 5.5, 17.10) that knows all problems. */
export function parseTrigger(document: unknown, path: string): Trigger {
  if (hasTooMany(document)) {
    throw new InvalidDocument(joinPath(path, 'triggers'), `must have at most ${TRIGGERS_LIMIT} triggers`);
  }
  return triggerAt(document, path, 0);
}

/** Counts no further than it has to. */
function hasTooMany(root: unknown): boolean {
  let count = 0;
  const open = [root];
  while (open.length > 0 && count <= TRIGGERS_LIMIT) {
    const trigger = open.pop();
    count += 1;
    const below: unknown = isRecord(trigger) ? trigger.triggers : undefined;
    if (Array.isArray(below)) open.push(...below.slice(0, TRIGGERS_LIMIT + 1));
  }
  return count > TRIGGERS_LIMIT;
}

function triggerAt(document: unknown, path: string, depth: number): Trigger {
  if (!isRecord(document)) throw new InvalidDocument(path, 'must be an object', document);
  if (depth >= TRIGGER_DEPTH_LIMIT) {
    throw new InvalidDocument(path, `must not be nested deeper than ${TRIGGER_DEPTH_LIMIT} levels`);
  }
  const type = document.type === undefined ? typeOfShape(document) : document.type;
  const level = { document, path, depth };
  switch (type) {
    case 'event':
      return eventTriggerAt(level);
    case 'compound':
      return compositeAt('compound', level, triggerAt);
    case 'sequence':
      return compositeAt('sequence', level, triggerAt);
    case 'metric':
      throw new InvalidDocument(joinPath(path, 'type'), 'metric triggers are not supported', type);
    default:
      throw new InvalidDocument(joinPath(path, 'type'), 'must be "event", "compound" or "sequence"', type);
  }
}

function typeOfShape(document: Record<string, unknown>): Trigger['type'] {
  if (document.triggers === undefined) return 'event';
  return document.require === undefined ? 'sequence' : 'compound';
}
