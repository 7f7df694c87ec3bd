import type { ActionDocument } from '../../documents/given.ts';
import { actionsIn } from '../../findings/actions.ts';
import { allActions } from '../../model/action.ts';
import type { Automation } from '../../model/automation.ts';
import { isCarriedType } from '../../model/carried-actions.ts';
import { BLOCK, isMappedType, isPrefectType, mapped } from '../../model/prefect-actions.ts';

/** Whether an automation has actions of Prefect: most of them mean something else here, or nothing yet. */
export function hasPrefectActions(automation: Automation): boolean {
  return allActions(automation).some(({ type }) => isPrefectType(type));
}

/**
 * What each action would do here, a line each.
 * @param announced whether a program carries out actions of that type
 */
export function doesInWords(automation: Automation, announced: (type: string) => boolean): string[] {
  return actionsIn(automation).map(({ action, path }) => `${path}  ${action.type}: ${wordsOf(action, announced)}`);
}

function wordsOf(action: ActionDocument, announced: (type: string) => boolean): string {
  if (action.type === 'queue') return `a job in the queue "${String(action.queue)}"`;
  if (isCarriedType(action.type)) return 'carried out';
  if (isMappedType(action.type)) return mappedInWords(action);
  if (announced(action.type)) return 'carried out by a program that announced it';
  return 'a job in the queue "actions", for a handler of yours';
}

function mappedInWords(action: ActionDocument): string {
  const own = mapped(action);
  if (typeof own === 'string') return `fails, since it ${own}`;
  switch (own.type) {
    case 'notify':
      return `a message to the target of the ${blockOf(own.target)}`;
    case 'webhook':
      return `a request to the target of the ${blockOf(own.target ?? '')}`;
    case 'pause':
    case 'resume': {
      const inferred = own.automation.startsWith('{{');
      return `${own.type}s ${inferred ? 'the automation that the event is about' : `the automation ${own.automation}`}`;
    }
    default:
      return 'carried out';
  }
}

function blockOf(target: string): string {
  return `block ${target.slice(BLOCK.length)}`;
}
