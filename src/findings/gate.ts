import type { GroupDocument } from '../documents/given.ts';
import type { Automation } from '../model/automation.ts';
import { groupOf } from '../model/carried-actions.ts';
import { joinPath } from '../model/issue.ts';
import { actionsIn } from './actions.ts';
import { type Finding, quoted, warning } from './finding.ts';

/** Groups by labels that do not exist. */
export function gateFindings(automation: Automation): Finding[] {
  return actionsIn(automation).flatMap(({ action, path }) => groupFindings(automation, groupOf(action), path));
}

/** Labels that the keys of an automation never have are the same in all groups; an end closes what a whole group opened. */
function groupFindings({ trigger }: Automation, group: GroupDocument | undefined, path: string): Finding[] {
  if (group === undefined) return [];
  const { by = [] } = group;
  const missing = by.filter((name) => !trigger.forEach.includes(name));
  const known = trigger.forEach.map(quoted).join(', ') || 'none';
  const wide = path.startsWith('actions_on_resolve') && trigger.forEach.some((name) => !by.includes(name));
  return [
    ...missing.map((name) => {
      const reason = `the keys of this automation have no label ${quoted(name)}, so it parts no groups`;
      return warning(joinPath(path, 'group.by'), reason, `name labels of "for_each": ${known}`);
    }),
    ...(wide
      ? [
          warning(
            joinPath(path, 'group'),
            'a target that keeps incidents closes that of the group when one of its alerts ends',
            `group by all labels of "for_each" there: ${known}`,
          ),
        ]
      : []),
  ];
}
