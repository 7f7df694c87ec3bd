import { type Plan, planOf } from '../../../src/match/plan.ts';
import type { Automation } from '../../../src/model/automation.ts';
import type { Event } from '../../../src/model/event.ts';
import type { CompositeTrigger, EventTrigger, Trigger } from '../../../src/model/trigger.ts';

/** An event trigger that wants every event, but for what the test says. */
export function eventTrigger(parts: Partial<EventTrigger> = {}): EventTrigger {
  return {
    type: 'event',
    posture: 'Reactive',
    match: new Map(),
    matchRelated: [],
    after: [],
    expect: [],
    forEach: [],
    threshold: 1,
    withinMs: 0,
    repeat: true,
    ...parts,
  };
}

export function compound(...triggers: Trigger[]): CompositeTrigger {
  return { type: 'compound', triggers, require: 'any', needed: 1, withinMs: null, forEach: [] };
}

/** The plan of an automation without actions, with this trigger. */
export function planWith(
  id: string,
  trigger: Trigger,
  options: { enabled?: boolean; allowSelfTrigger?: boolean } = {},
): Plan {
  const automation: Automation = {
    id,
    name: id,
    enabled: true,
    trigger,
    actions: [],
    actionsOnTrigger: [],
    actionsOnResolve: [],
    mode: null,
    allowSelfTrigger: false,
    document: { id, name: id, trigger: { posture: 'Reactive' } },
    ...options,
  };
  return planOf(automation, 1, null);
}

export function eventNamed(name: string, parts: Partial<Event> = {}): Event {
  return {
    id: 'e',
    event: name,
    resource: { id: 'customer.7' },
    related: [],
    occurred: 0,
    received: 0,
    follows: null,
    payload: {},
    causeChain: [],
    ...parts,
  };
}
