import { isRecord } from '../model/record.ts';

/** Something at a place of a document that shows where the document was taken from, with what to do. */
export type Foreign = Readonly<{ path: string; reason: string }>;

/** Keys of a trigger that nothing else has at its root. */
const TRIGGER_KEYS = [
  'posture',
  'expect',
  'after',
  'match',
  'match_related',
  'for_each',
  'threshold',
  'within',
  'require',
];

/** Under these names Terraform's provider for Prefect keeps a trigger of that type. */
const TERRAFORM_KEYS = ['event', 'compound', 'sequence', 'metric'];

/** Deeper than triggers may be nested. */
const LEVELS = 32;

/**
 * What people paste that holds automations in a form of its own: a prefect.yaml, triggers without an automation, Terraform's
 * form of a trigger. The problems of such a document would say little; these say what to do. None: it is judged as an automation.
 */
export function foreignIn(document: unknown): readonly Foreign[] {
  if (!isRecord(document)) return [];
  if (document.trigger !== undefined) return terraformIn(document.trigger, 'trigger', LEVELS);
  if (Array.isArray(document.deployments)) return [{ path: 'deployments', reason: DEPLOYMENTS }];
  const typed = ['event', 'compound', 'sequence', 'metric'].includes(String(document.type));
  if (typed || TRIGGER_KEYS.some((key) => document[key] !== undefined))
    return [{ path: 'automation', reason: BARE_TRIGGER }];
  return Array.isArray(document.triggers) ? [{ path: 'triggers', reason: TRIGGERS }] : [];
}

const DEPLOYMENTS =
  'belongs to a prefect.yaml, whose deployments cannot be loaded: write each of their triggers as an automation of its own, ' +
  'with "name", "trigger" and "actions" (a queue action, or run-deployment)';
const BARE_TRIGGER =
  'is a trigger and not yet an automation: write it under "trigger", with a "name" and "actions" beside it';
const TRIGGERS =
  'is a list, and an automation has one "trigger": make an automation of each, or one trigger with "type: compound" that holds them';

/** What follows the words of rules 5.5: the metrics of Prefect Cloud can be said with events. */
export const METRIC_ADVICE =
  '; count events instead: for lateness expect prefect.flow-run.Late, for successes prefect.flow-run.Failed and .Crashed with a ' +
  '"threshold", and for duration write a Proactive trigger after prefect.flow-run.Running that expects prefect.flow-run.Completed "within" that time';

const EXPORT_WHOLE =
  '"prefect automation inspect" breaks long lines; export with "prefect api POST /automations/filter", or one alone with ' +
  '"prefect api GET /automations/ID"';

/** What follows a mistake of YAML in a file whose keys are those of Prefect's export; else nothing. */
export function exportAdvice(text: string): string {
  return /^(?:- | {2})?(?:actions_on_trigger|owner_resource):/m.test(text) ? `; ${EXPORT_WHOLE}` : '';
}

/**
 * Why a quoted text cannot be meant as it stands; null when it can. One that goes on where the next line begins was cut there, perhaps
 * within a word: no program writes JSON like that, and people indent.
 */
export function brokenText(source: string): string | null {
  return /^["'][\s\S]*\n(?=\S)/.test(source) ? `a text is broken in two here: ${EXPORT_WHOLE}` : null;
}

function terraformIn(trigger: unknown, path: string, levels: number): Foreign[] {
  if (!isRecord(trigger) || levels === 0) return [];
  const own = TERRAFORM_KEYS.filter((key) => isRecord(trigger[key]) && trigger.type !== key).map((key) => ({
    path: `${path}.${key}`,
    reason:
      key === 'metric'
        ? `metric triggers are not supported${METRIC_ADVICE}`
        : `is how Terraform writes it: put what is in it into the trigger itself, with "type: ${key}"`,
  }));
  const below: unknown[] = Array.isArray(trigger.triggers) ? trigger.triggers : [];
  return [...own, ...below.flatMap((child, i) => terraformIn(child, `${path}.triggers[${i}]`, levels - 1))];
}
