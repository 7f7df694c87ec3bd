import { InvalidDocument } from '../errors.ts';
import type { Automation } from './automation.ts';
import { joinPath } from './issue.ts';
import type { Trigger } from './trigger.ts';

/** Keys of rules 17 that documents may have and the scripts do not follow yet. */
export const NOT_YET = [
  'where',
  'distinct',
  'sum',
  'sliding',
  'cooldownMs',
  'reset',
  'resolve',
  'remindMs',
  'collect',
  'unless',
] as const;

const WRITTEN: Readonly<Record<string, string>> = { sliding: 'window', cooldownMs: 'cooldown', remindMs: 'remind' };

/** Gives the automation back. Throws InvalidDocument when it asks for what would be left undone. */
export function refuseNotYet(automation: Automation): Automation {
  refuseBelow(automation.trigger, 'trigger');
  return automation;
}

function refuseBelow(trigger: Trigger, path: string): void {
  const fields: Readonly<Record<string, unknown>> = trigger;
  const key = NOT_YET.find((name) => fields[name] !== undefined);
  const lists = ['after', 'expect'].find((name) => isObjects(fields[name]));
  const looksIntoPayload = trigger.type !== 'event' && trigger.forEach.some((name) => name.startsWith('payload.'));
  const payload = looksIntoPayload ? 'for_each' : undefined;
  const found = (key && (WRITTEN[key] ?? key)) ?? lists ?? payload;
  if (found !== undefined) throw new InvalidDocument(joinPath(path, found), 'is not supported yet');
  if (trigger.type === 'event') return;
  for (const [i, child] of trigger.triggers.entries()) refuseBelow(child, joinPath(joinPath(path, 'triggers'), i));
}

function isObjects(list: unknown): boolean {
  return Array.isArray(list) && list.some((pattern) => typeof pattern !== 'string');
}
