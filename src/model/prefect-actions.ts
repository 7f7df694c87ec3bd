import type { ActionDocument } from '../documents/given.ts';
import type { CarriedAction } from './carried-actions.ts';

/** Actions of Prefect that are carried out as ours. What else Prefect knows stays a job. */
const MAPPED = ['send-notification', 'call-webhook', 'pause-automation', 'resume-automation'] as const;

export type MappedType = (typeof MAPPED)[number];

export function isMappedType(type: string): type is MappedType {
  return (MAPPED as readonly string[]).includes(type);
}

/** What Prefect's other types are about. */
const PREFECT = /^do-nothing$|-(?:deployment|flow-run|flow-run-state|work-pool|work-queue)$/;

/** Whether Prefect has actions of that type, whatever becomes of them here. */
export function isPrefectType(type: string): boolean {
  return isMappedType(type) || PREFECT.test(type);
}

/** The target of an action of Prefect is the one that the targets file names for its block: `block:<id>`. */
export const BLOCK = 'block:';

/** An action of Prefect as one of Watchfire, or why there is none. */
export function mapped(action: ActionDocument): CarriedAction | string {
  const given = action as Readonly<Record<string, unknown>>;
  const { schedule_after, block_document_id: block } = given;
  const common = schedule_after === undefined ? {} : { schedule_after };
  switch (action.type as MappedType) {
    case 'send-notification':
      if (typeof block !== 'string') return 'has no block_document_id';
      return {
        type: 'notify',
        target: BLOCK + block,
        ...common,
        ...textOf(given, 'subject', 'subject'),
        ...textOf(given, 'body', 'body'),
      };
    case 'call-webhook':
      if (typeof block !== 'string') return 'has no block_document_id';
      return { type: 'webhook', target: BLOCK + block, ...common, ...textOf(given, 'payload', 'body') };
    case 'pause-automation':
      return switched('pause', given, common);
    case 'resume-automation':
      return switched('resume', given, common);
    default:
      return 'is not mapped';
  }
}

function switched(
  type: 'pause' | 'resume',
  { source, automation_id: id }: Readonly<Record<string, unknown>>,
  common: object,
): CarriedAction | string {
  // Prefect infers the automation from the event, whose resource it then is.
  if (source === 'inferred')
    return { type, automation: '{{ event.resource.id | remove_first: "prefect.automation." }}', ...common };
  return typeof id === 'string' ? { type, automation: id, ...common } : 'has no automation_id';
}

function textOf(given: Readonly<Record<string, unknown>>, from: string, to: string): Record<string, string> {
  const value = given[from];
  return typeof value === 'string' ? { [to]: value } : {};
}
