import { parseAutomation } from '../../src/model/automation.ts';
import type { Trigger } from '../../src/model/trigger.ts';

/**
 * Whether the rules still decide for an automation as they did when the dumps were written: since format 4 the order in which events
 * come no longer decides an absence, keys without an end are remembered for 30 days, and a silent key alerts once. What listens to other
 * automations meets what these do.
 */
export function isUntouched(document: string): boolean {
  return holds(parseAutomation(JSON.parse(document)).trigger);
}

function holds(trigger: Trigger): boolean {
  if (trigger.type !== 'event') return trigger.withinMs !== null && trigger.triggers.every(holds);
  const { posture, withinMs, after, expect, forEach } = trigger;
  const names = [...after, ...expect];
  if (expect.length === 0 || !names.every((name) => typeof name === 'string' && /^[\w.-]+$/.test(name))) return false;
  if (names.some((name) => String(name).startsWith('automation.'))) return false;
  return posture === 'Reactive' ? withinMs > 0 : after.length === 0 && forEach.length === 0;
}
