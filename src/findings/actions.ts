import type { ActionDocument } from '../documents/given.ts';
import { DEFAULT_QUEUE } from '../model/action.ts';
import type { Automation } from '../model/automation.ts';
import { joinPath } from '../model/issue.ts';
import { type Finding, quoted, warning } from './finding.ts';
import { mostSimilar } from './similar.ts';

/** An action, and its path from the root of the document. */
export type PlacedAction = Readonly<{ action: ActionDocument; path: string }>;

/** All actions of an automation, in the order of rules 11. */
export function actionsIn({ actions, actionsOnTrigger, actionsOnResolve }: Automation): PlacedAction[] {
  const lists = { actions, actions_on_trigger: actionsOnTrigger, actions_on_resolve: actionsOnResolve };
  return Object.entries(lists).flatMap(([list, members]) =>
    members.map((action, i) => ({ action, path: joinPath(list, i) })),
  );
}

/** Actions of a type of their own that look like queue actions: a type that is nearly `queue`, a `queue` that nothing reads (rules 11). */
export function typeFindings(automation: Automation): Finding[] {
  return actionsIn(automation).flatMap(({ action, path }) => {
    if (action.type === 'queue') return [];
    const goes = `its jobs go to the queue ${quoted(DEFAULT_QUEUE)}`;
    if (isNearlyQueue(action.type)) {
      const reason = `${quoted(action.type)} is a type of its own: ${goes}`;
      return [warning(joinPath(path, 'type'), reason, 'write "queue" for a job in a queue of yours')];
    }
    if ((action.queue ?? null) === null) return [];
    const reason = `has no effect for type ${quoted(action.type)}: ${goes}`;
    return [warning(joinPath(path, 'queue'), reason, 'write "type": "queue", and what the type was as "name"')];
  });
}

function isNearlyQueue(type: string): boolean {
  return mostSimilar(type.toLowerCase(), ['queue']) !== null;
}
