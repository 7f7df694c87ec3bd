import type { Automation } from '../model/automation.ts';
import { joinPath } from '../model/issue.ts';
import type { CompositeTrigger, EventTrigger, Trigger } from '../model/trigger.ts';
import { type Finding, warning } from './finding.ts';
import type { PlacedTrigger } from './places.ts';

/** What is odd about the keys and the threshold of a trigger. */
export function triggerFindings({ trigger, written, path }: PlacedTrigger): Finding[] {
  const isWritten = (key: string): boolean => written[key] !== undefined && written[key] !== null;
  return trigger.type === 'event'
    ? [...keyWithoutAfter(trigger, path, isWritten), ...nothingMissing(trigger, path)]
    : [...keysApart(trigger, path, isWritten), ...nothingToEmpty(trigger, path)];
}

/** Actions for a resolution that never comes (rules 11, 17.6): only a root that is Proactive, or says when its alert ends, resolves. */
export function resolveFindings({ trigger, actionsOnResolve }: Automation): Finding[] {
  if (actionsOnResolve.length === 0) return [];
  if (trigger.type === 'event' && (trigger.posture === 'Proactive' || trigger.resolve !== undefined)) return [];
  const what = trigger.type === 'event' ? 'a Reactive trigger' : `a ${trigger.type}`;
  return [
    warning(
      'actions_on_resolve',
      `nothing resolves ${what}: these actions never run`,
      trigger.type === 'event'
        ? 'say in "resolve" when its alert ends, or move them to "actions"'
        : 'an alert belongs to a trigger of its own: let that be an automation, or move them to "actions"',
    ),
  ];
}

/** A written `repeat` only goes with this kind of trigger, and says that it is meant. */
function keyWithoutAfter(trigger: EventTrigger, path: string, isWritten: (key: string) => boolean): Finding[] {
  const { posture, forEach, after } = trigger;
  if (posture === 'Reactive' || forEach.length === 0 || after.length > 0 || isWritten('repeat')) return [];
  return [
    warning(
      joinPath(path, 'for_each'),
      'without "after" each key that came once has to come again and again: one that has ended well is reported too',
      'name in "after" what begins the wait; if every key is to come for ever, say so by "repeat": true or false',
    ),
  ];
}

function nothingMissing({ posture, threshold }: EventTrigger, path: string): Finding[] {
  if (posture === 'Reactive' || threshold > 0) return [];
  return [
    warning(
      joinPath(path, 'threshold'),
      'where no event is needed none is missing: this trigger never fires',
      'write 1, and it fires when not one event comes',
    ),
  ];
}

/** A written `for_each: []` says that the keys may differ. With `any`, one child is enough and nothing has to go together. */
function keysApart(trigger: CompositeTrigger, path: string, isWritten: (key: string) => boolean): Finding[] {
  const keyed = trigger.triggers.filter((child) => child.forEach.length > 0);
  if (trigger.needed === 1 || trigger.forEach.length > 0 || keyed.length < 2 || isWritten('for_each')) return [];
  const common = commonNames(keyed);
  const meant = common.length > 0 ? `write "for_each": ${JSON.stringify(common)}` : 'name in it a label that all have';
  return [
    warning(
      joinPath(path, 'for_each'),
      'is missing: its triggers have keys, but events of different keys complete it together',
      `${meant}; if the keys may differ, say so by "for_each": []`,
    ),
  ];
}

/** Where one child is enough nothing waits for others (rules 17.9). */
function nothingToEmpty({ unless, needed, triggers }: CompositeTrigger, path: string): Finding[] {
  if (unless === undefined || needed > 1) return [];
  const advice =
    triggers.length > 1 ? 'write "require": "all", or leave it out' : 'leave it out, or add a second trigger';
  return [
    warning(joinPath(path, 'unless'), 'has no effect where one trigger is enough: nothing is kept for others', advice),
  ];
}

function commonNames([first, ...others]: readonly Trigger[]): string[] {
  return (first?.forEach ?? []).filter((name) => others.every(({ forEach }) => forEach.includes(name)));
}
