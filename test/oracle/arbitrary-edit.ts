import fc from 'fast-check';
import {
  type AutomationDocument,
  type CompositeDocument,
  composites,
  type EventDocument,
  leaves,
  type TriggerDocument,
  type Windows,
} from './arbitrary-automation.ts';

/** A change somebody makes to an automation that is there; `at` picks a trigger among those it applies to. */
export type Edit =
  | { kind: 'rename'; name: string }
  | { kind: 'toggle' }
  | { kind: 'mode'; mode: 'live' | 'shadow' | undefined }
  | { kind: 'threshold'; at: number; threshold: number }
  | { kind: 'within'; at: number; within: number }
  | { kind: 'shuffle'; at: number }
  | { kind: 'repeat'; at: number }
  | { kind: 'child'; at: number; index: number; child: TriggerDocument }
  | { kind: 'add'; at: number; child: TriggerDocument }
  | { kind: 'composite-within'; at: number; within: number | null };

export function edits(windows: Windows): fc.Arbitrary<Edit> {
  const at = fc.nat(3);
  const threshold = fc.constantFrom(0, 1, 2, 3);
  // The longest of each pace: a standing window cut short would alert thousands of times in one jump of time.
  const within = fc.constantFrom(...windows.standing);
  const child = fc.oneof<fc.Arbitrary<TriggerDocument>[]>(leaves(windows), composites(windows, leaves(windows), 0));
  const kind = <K extends Edit['kind']>(value: K) => fc.constant(value);
  const weight = (weight: number, arbitrary: fc.Arbitrary<Edit>) => ({ weight, arbitrary });
  return fc.oneof(
    weight(2, fc.record({ kind: kind('rename'), name: fc.constantFrom('one', 'two') })),
    weight(5, fc.record({ kind: kind('toggle') })),
    weight(3, fc.record({ kind: kind('mode'), mode: fc.constantFrom(undefined, 'live', 'shadow') })),
    weight(2, fc.record({ kind: kind('threshold'), at, threshold })),
    weight(2, fc.record({ kind: kind('within'), at, within })),
    weight(2, fc.record({ kind: kind('shuffle'), at })),
    weight(1, fc.record({ kind: kind('repeat'), at })),
    weight(3, fc.record({ kind: kind('child'), at, index: fc.nat(2), child })),
    weight(1, fc.record({ kind: kind('add'), at, child })),
    weight(1, fc.record({ kind: kind('composite-within'), at, within: fc.constantFrom(...windows.composite) })),
  );
}

/** The changed document; the same one where there is nothing to change. */
export function applyEdit(document: AutomationDocument, edit: Edit): AutomationDocument {
  const next = structuredClone(document);
  switch (edit.kind) {
    case 'rename':
      return { ...next, name: edit.name };
    case 'toggle':
      return { ...next, enabled: next.enabled === false };
    case 'mode':
      return { ...next, mode: edit.mode };
    case 'threshold':
    case 'within':
    case 'shuffle':
    case 'repeat':
      editEvent(eventTriggers(next.trigger), edit);
      return next;
    case 'child':
    case 'add':
    case 'composite-within':
      editComposite(compositeTriggers(next.trigger), edit);
      return next;
  }
}

type EventEdit = Extract<Edit, { kind: 'threshold' | 'within' | 'shuffle' | 'repeat' }>;
type CompositeEdit = Extract<Edit, { kind: 'child' | 'add' | 'composite-within' }>;

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % items.length];

function editEvent(triggers: readonly EventDocument[], edit: EventEdit): void {
  const standing = triggers.filter(({ posture, after = [] }) => posture === 'Proactive' && after.length === 0);
  const trigger = pick(edit.kind === 'repeat' ? standing : triggers, edit.at);
  if (trigger === undefined) return;
  switch (edit.kind) {
    case 'threshold':
      trigger.threshold = trigger.sum === undefined ? edit.threshold : edit.threshold || 1;
      return;
    case 'within':
      trigger.within = edit.within;
      return;
    case 'shuffle':
      // Another way to write the same: nothing may be lost by it.
      trigger.expect = [...(trigger.expect ?? []), ...(trigger.expect ?? [])].reverse();
      trigger.for_each = [...(trigger.for_each ?? [])].reverse();
      return;
    case 'repeat':
      trigger.repeat = trigger.repeat === false;
  }
}

function editComposite(triggers: readonly CompositeDocument[], edit: CompositeEdit): void {
  const trigger = pick(triggers, edit.at);
  if (trigger === undefined) return;
  if (edit.kind === 'add') trigger.triggers = [...trigger.triggers, edit.child];
  else if (edit.kind === 'child')
    trigger.triggers = trigger.triggers.with(edit.index % trigger.triggers.length, edit.child);
  else trigger.within = edit.within;
}

function eventTriggers(trigger: TriggerDocument): EventDocument[] {
  return 'triggers' in trigger ? trigger.triggers.flatMap(eventTriggers) : [trigger];
}

function compositeTriggers(trigger: TriggerDocument): CompositeDocument[] {
  return 'triggers' in trigger ? [trigger, ...trigger.triggers.flatMap(compositeTriggers)] : [];
}
