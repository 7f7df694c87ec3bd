import { InvalidDocument, UnreadableState } from '../errors.ts';
import type { StoredPlan } from '../match/plan.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { parseJson } from '../model/json.ts';
import { isRecord } from '../model/record.ts';

/*
 * What stands in Redis may have been written by anybody with the right to do so. It is checked where it enters, and an error names its
 * key and field.
 */

/** Reads the document of an automation. @throws UnreadableState */
export function storedAutomation(text: string, key: string, field: string): Automation {
  try {
    return parseAutomation(parseJson(text, 'automation'));
  } catch (error) {
    throw unreadable(error, key, field);
  }
}

/** Reads the plan of an automation. @throws UnreadableState */
export function storedPlanOf(text: string, key: string, field: string): StoredPlan {
  try {
    const plan = parseJson(text, 'plan');
    if (!isPlan(plan)) throw new InvalidDocument('plan', 'must have a revision and places');
    return plan;
  } catch (error) {
    throw unreadable(error, key, field);
  }
}

/** Reads JSON that is shown only; undefined for what is none. */
export function shownJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Field of the settings of a namespace that holds the names of events that are never applied, as a JSON list. */
export const IGNORED = 'ignored';

/** What stands in that field; null for anything that is no list of texts, which every worker reads in the same way. */
export function ignoredIn(value: unknown): string[] | null {
  const names = typeof value === 'string' ? shownJson(value) : undefined;
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null;
}

/** The text in a field of a JSON object that is shown only, null where there is none. */
export function textIn(value: unknown, field: string): string | null {
  const text = isRecord(value) ? value[field] : undefined;
  return typeof text === 'string' ? text : null;
}

/** A number that is shown or compared; `otherwise` where there is none, as the scripts take it. */
export function storedNumber(text: string | null | undefined, otherwise: number): number {
  const number = Number(text ?? Number.NaN);
  return text !== '' && Number.isFinite(number) ? number : otherwise;
}

function isPlan(value: unknown): value is StoredPlan {
  return isRecord(value) && isNumber(value.revision) && Array.isArray(value.places) && value.places.every(isPlace);
}

function isPlace(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { path, own, tree, ownSince, treeSince } = value;
  return [path, own, tree].every((text) => typeof text === 'string') && isNumber(ownSince) && isNumber(treeSince);
}

function isNumber(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function unreadable(error: unknown, key: string, field: string): unknown {
  return error instanceof InvalidDocument ? new UnreadableState(key, field, error.message) : error;
}
