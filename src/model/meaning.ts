import type { ActionDocument } from '../documents/given.ts';
import type { Automation } from './automation.ts';
import { isRecord } from './record.ts';
import { compareText } from './text.ts';

/** Keys of a document that are read into the automation itself, and those that say when others wrote it, not what it means. */
const READ = [
  'id',
  'name',
  'enabled',
  'trigger',
  'actions',
  'actions_on_trigger',
  'actions_on_resolve',
  'allow_self_trigger',
  'mode',
];
const SAY_NOTHING = ['created', 'updated'];

/**
 * What an automation means, by the keys of its document, as texts that are equal when the meaning is: defaults filled in, lists
 * that are sets as sets, durations in milliseconds. Ids of triggers have no meaning.
 */
export function meaningOf(automation: Automation): ReadonlyMap<string, string> {
  const { document, trigger, actions, actionsOnTrigger, actionsOnResolve } = automation;
  const meaning = new Map<string, unknown>([
    ['id', automation.id],
    ['name', automation.name],
    ['enabled', automation.enabled],
    ['trigger', trigger],
    ['actions', actions.map(completed)],
    ['actions_on_trigger', actionsOnTrigger.map(completed)],
    ['actions_on_resolve', actionsOnResolve.map(completed)],
    ['allow_self_trigger', automation.allowSelfTrigger],
    ['mode', automation.mode ?? 'live'],
  ]);
  for (const [key, value] of Object.entries(document)) {
    if (READ.includes(key) || SAY_NOTHING.includes(key) || isEmpty(value)) continue;
    meaning.set(key, key === 'tags' ? asSet(value) : value);
  }
  return new Map([...meaning].map(([key, value]) => [key, canonical(value)]));
}

/** The keys of the documents in which two automations differ in meaning, in the order of `b`. */
export function differingKeys(a: Automation, b: Automation): string[] {
  const [before, after] = [meaningOf(a), meaningOf(b)];
  const keys = new Set([...after.keys(), ...before.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key));
}

/** With what a job gets where the action leaves it out. */
function completed(action: ActionDocument): ActionDocument {
  return action.type === 'queue' ? { name: action.type, data: {}, opts: {}, ...action } : action;
}

/** Whether it says no more than a key that is left out. */
function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

function asSet(value: unknown): unknown {
  return Array.isArray(value) ? [...new Set(value.map(canonical))].sort(compareText) : value;
}

/** JSON whose objects have their keys in order. A trigger in normal form holds its labels in a Map, already in order. */
function canonical(value: unknown): string {
  if (value instanceof Map) return canonical([...value]);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort(compareText);
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}
