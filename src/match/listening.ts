import { DELIVERY_EVENTS } from '../model/delivery.ts';
import { namesOf } from '../model/pattern.ts';
import { patternsOf, type Trigger } from '../model/trigger.ts';
import { compileGlob } from './glob.ts';

/** Names of the engine's own events: of firings (rules 10), and of what became of their actions. */
export const OWN_EVENTS: readonly string[] = ['automation.triggered', 'automation.resolved', ...DELIVERY_EVENTS];

/**
 * Whether one of the triggers could want a state-change event, or one of a delivery. They are put into the log only while some automation could: each
 * firing would otherwise add an entry that nothing wants. The recorded scenarios run with all of them: leaving them out decides nothing.
 */
export function listens(trigger: Trigger): boolean {
  if (trigger.type !== 'event' && trigger.triggers.some(listens)) return true;
  if (trigger.type === 'event' && trigger.expect.length === 0) return true;
  const globs = patternsOf(trigger).flatMap(namesOf).map(compileGlob);
  return OWN_EVENTS.some((name) => globs.some((glob) => glob(name)));
}
