import type { ActionDocument } from '../documents/given.ts';
import { DELIVERIES } from '../model/action.ts';
import type { Automation } from '../model/automation.ts';
import { joinPath } from '../model/issue.ts';
import { actionsIn, typeFindings } from './actions.ts';
import { nameFindings } from './event-names.ts';
import { type Finding, quoted, warning } from './finding.ts';
import { gateFindings } from './gate.ts';
import { labelFindings } from './labels.ts';
import { hasName, isTelling, type LogSample } from './log-sample.ts';
import { patternFindings } from './patterns.ts';
import { placementFindings } from './placement.ts';
import { triggersBelow } from './places.ts';
import { type HasTarget, reactionFindings } from './reactions.ts';
import { resolveFindings, triggerFindings } from './triggers.ts';

/** What is known beside a document. */
export type Surroundings = Readonly<{
  /** The newest events of the log; null where nobody looked. */
  sample: LogSample | null;
  /** The queue of an action when no worker takes jobs from it; null when one does, or when nobody can tell. */
  unattended: (action: ActionDocument) => string | null;
  /** Whether the targets file has a target of that name; null where nobody looked. */
  targets?: HasTarget | null;
  /** The label that divides the namespace into partitions; null where it has none. */
  by?: string | null;
}>;

export const NOTHING_KNOWN: Surroundings = Object.freeze({ sample: null, unattended: () => null });

/** What an automation says that can never work, or is hardly meant, in the order of the document. */
export function findingsIn(automation: Automation, surroundings: Surroundings = NOTHING_KNOWN): Finding[] {
  const { sample, unattended, targets = null, by = null } = surroundings;
  // A name that events have is no mistake, however odd it looks.
  const carried = (matches: (name: string) => boolean): boolean => sample !== null && hasName(sample, matches);
  const triggers = triggersBelow(automation.trigger, automation.document.trigger, 'trigger');
  return [
    ...triggers.flatMap((placed) => [
      ...triggerFindings(placed),
      ...patternFindings(placed, carried),
      ...(sample !== null && isTelling(sample)
        ? [...nameFindings(placed, sample), ...labelFindings(placed, sample)]
        : []),
    ]),
    ...typeFindings(automation),
    ...reactionFindings(automation, targets),
    ...gateFindings(automation),
    ...queueFindings(automation, unattended),
    ...resolveFindings(automation),
    ...(by === null ? [] : placementFindings(automation, by)),
  ];
}

/** It is done once, however many automations need it. */
const START_WORKER = 'start a BullMQ worker for it, with the prefix of this namespace';
const START_ACTIONS = 'start "watchfire actions", or a worker with --actions';
const ONCE: ReadonlySet<string> = new Set([START_WORKER, START_ACTIONS]);

/** One for each queue. */
function queueFindings(automation: Automation, unattended: Surroundings['unattended']): Finding[] {
  const known = new Set<string>();
  return actionsIn(automation).flatMap(({ action, path }) => {
    const queue = unattended(action);
    if (queue === null || known.has(queue)) return [];
    known.add(queue);
    const place = joinPath(path, action.type === 'queue' ? 'queue' : 'type');
    const reason = `no worker takes jobs from the queue ${quoted(queue)} now`;
    return [warning(place, reason, queue === DELIVERIES ? START_ACTIONS : START_WORKER)];
  });
}

/**
 * Findings of several automations. What is to be done once stands at the first automation that needs it; `need` says how many do.
 */
export function together<F extends Finding>(findings: readonly F[]): { finding: F; need: number }[] {
  const asking = Map.groupBy(
    findings.filter(({ advice }) => ONCE.has(advice)),
    ({ reason }) => reason,
  );
  return findings.flatMap((finding) => {
    const all = ONCE.has(finding.advice) ? (asking.get(finding.reason) ?? []) : [finding];
    return all[0] === finding ? [{ finding, need: all.length }] : [];
  });
}
