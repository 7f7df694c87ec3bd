import type { ActionDocument } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { checkTemplates } from '../model/action-templates.ts';
import type { Automation } from '../model/automation.ts';
import { joinPath } from '../model/issue.ts';
import { BLOCK, isMappedType, mapped } from '../model/prefect-actions.ts';
import { actionsIn } from './actions.ts';
import { type Finding, quoted, warning } from './finding.ts';

/** Whether there is a target of that name; `block:<id>` is the one of a block of Prefect. */
export type HasTarget = (name: string) => boolean;

/** What of actions that are carried out cannot be carried out as it is: targets that are missing, what of Prefect has no counterpart. */
export function reactionFindings(automation: Automation, has: HasTarget | null): Finding[] {
  return actionsIn(automation).flatMap(({ action, path }) => {
    const own = isMappedType(action.type) ? mapped(action) : action;
    if (typeof own === 'string') return [warning(path, own, 'it fails until that is mended')];
    const unknown = own === action ? [] : templateFindings(own as ActionDocument, path);
    return [...unknown, ...targetFindings(own as ActionDocument, path, has)];
  });
}

/** Prefect's templates know flow runs and more, which no firing has. */
function templateFindings(action: ActionDocument, path: string): Finding[] {
  try {
    checkTemplates(action, path);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return error.problems.map(({ path: place, reason }) => warning(place, reason, 'it fails until that is mended'));
  }
}

function targetFindings(action: ActionDocument, path: string, has: HasTarget | null): Finding[] {
  const { target } = action as Readonly<Record<string, unknown>>;
  if (has === null || typeof target !== 'string' || has(target)) return [];
  const [place, reason] = target.startsWith(BLOCK)
    ? ['block_document_id', `the targets file names no target for the block ${quoted(target.slice(BLOCK.length))}`]
    : ['target', `the targets file has no target ${quoted(target)}`];
  return [warning(joinPath(path, place), reason, 'put it there: until then its deliveries wait')];
}
