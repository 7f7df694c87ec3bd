import type { GroupDocument } from '../documents/given.ts';
import type { Automation } from '../model/automation.ts';
import { joinPath } from '../model/issue.ts';
import { actionsIn } from './actions.ts';
import { type Finding, quoted, warning } from './finding.ts';

/** Groups by labels that do not exist. */
export function gateFindings(automation: Automation): Finding[] {
  return actionsIn(automation).flatMap(({ action, path }) => {
    const { type, group } = action as Readonly<Record<string, unknown>>;
    return type === 'webhook' || type === 'notify' ? groupFindings(automation, group as GroupDocument, path) : [];
  });
}

/** Labels that the keys of an automation never have are the same in all groups. */
function groupFindings({ trigger }: Automation, group: GroupDocument | undefined, path: string): Finding[] {
  const missing = (group?.by ?? []).filter((name) => !trigger.forEach.includes(name));
  return missing.map((name) => {
    const known = trigger.forEach.map(quoted).join(', ') || 'none';
    const reason = `the keys of this automation have no label ${quoted(name)}, so it parts no groups`;
    return warning(joinPath(path, 'group.by'), reason, `name labels of "for_each": ${known}`);
  });
}
