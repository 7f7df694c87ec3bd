import type { FreeAction, TriggeredAction } from '../../src/index.ts';
import { type JsonObject, part, text } from '../../src/model/presets/fields.ts';

/**
 * What a maintainer reads about a job. A real handler would post this to the channel in `data`, with `idempotencyKey`
 * where the chat knows such a thing: a job may be tried more than once.
 */
export function messageOf(action: TriggeredAction): string {
  const { triggering_event: event, triggering_labels: labels, automation } = action;
  const payload = event?.payload ?? {};
  const of = event?.resource.id ?? '';
  switch (action.action.type === 'queue' ? action.action.name : action.action.type) {
    case 'main-is-red': {
      const run = part(payload, 'workflow_run');
      return `${of} is red, last by run ${text(run, 'run_number')} on ${text(run, 'head_branch')}: ${link(run)}`;
    }
    case 'review-missing': {
      const pull = part(payload, 'pull_request');
      return `"${text(pull, 'title')}" waits for a review since ${text(pull, 'created_at')}: ${link(pull)}`;
    }
    case 'review-came':
      return `never mind ${labels['related:pull-request:id']}: a review came at ${action.triggered}`;
    case 'issue-burst':
      return `${labels['related:actor:id']} opens issue after issue, the last one is ${link(part(payload, 'issue'))}`;
    case 'limit-interactions':
      return `${labels['related:actor:id']} may not write for ${String((action.action as FreeAction).expiry)}`;
    case 'risky-release':
      return `${of} released ${text(payload, 'release', 'tag_name')} after a failed deployment: ${link(part(payload, 'release'))}`;
    case 'guard-down':
      return `${of}: ${event?.event}`;
    default:
      return automation.name;
  }
}

function link(of: JsonObject | undefined): string {
  return text(of, 'html_url') ?? 'no address';
}
