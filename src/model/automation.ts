import type { ActionDocument, AutomationDocument } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { parseActions } from './action.ts';
import { checkTemplates } from './action-templates.ts';
import { automationLevel } from './automation-level.ts';
import { plainNumber } from './exact.ts';
import { checkClosed, each, joinPath, together } from './issue.ts';
import { freezeDeep, isDeeper, isRecord } from './record.ts';
import { parseTrigger, type Trigger } from './trigger.ts';

export { automationDocument } from './automation-level.ts';

/** An automation ready to run: defaults filled in, trigger in normal form, and the document as it was sent. Frozen. */
export type Automation = {
  id: string;
  name: string;
  enabled: boolean;
  trigger: Trigger;
  actions: readonly ActionDocument[];
  actionsOnTrigger: readonly ActionDocument[];
  actionsOnResolve: readonly ActionDocument[];
  allowSelfTrigger: boolean;
  /** Null: the document does not say; where it stands alone that is `live`. */
  mode: 'live' | 'shadow' | null;
  document: AutomationDocument;
};

/** Deeper than any trigger tree or action that people write, and shallow enough for every recursion over a document. */
const DOCUMENT_DEPTH_LIMIT = 200;

/** Reads an automation document, parsed from JSON or YAML (rules 5). Throws InvalidDocument, which knows all problems of the document. */
export function parseAutomation(document: unknown): Automation {
  const copy = copyOf(document);
  const [level, trigger, actions, actionsOnTrigger, actionsOnResolve] = together(
    () => checkClosed(automationLevel, copy, '', 'automation'),
    () => {
      if (copy.trigger === undefined) throw new InvalidDocument('trigger', 'is required');
      return parseTrigger(copy.trigger, 'trigger');
    },
    () => parseActions(copy.actions, 'actions'),
    () => parseActions(copy.actions_on_trigger, 'actions_on_trigger'),
    () => parseActions(copy.actions_on_resolve, 'actions_on_resolve'),
    () => refuseMalformedText(copy, ''),
    () => refuseTemplates(copy),
  );
  return Object.freeze({
    id: level.id,
    name: level.name,
    enabled: level.enabled,
    trigger,
    actions,
    actionsOnTrigger,
    actionsOnResolve,
    allowSelfTrigger: level.allow_self_trigger,
    mode: level.mode ?? null,
    // Checked piece by piece above.
    document: freezeDeep(copy as AutomationDocument),
  });
}

/** Whether its firings make no jobs and no state-change events. */
export const isShadow = ({ mode }: Pick<Automation, 'mode'>): boolean => mode === 'shadow';

/** The automation in the mode of the one that it replaces, where its document says none (rules 5.1). */
export function inModeOf(old: Automation | null, automation: Automation): Automation {
  if (automation.mode !== null || old === null || !isShadow(old)) return automation;
  return parseAutomation({ ...automation.document, mode: 'shadow' });
}

/** All that is wrong with an automation document; nothing when `parseAutomation` takes it. */
export function problemsOf(document: unknown): readonly InvalidDocument[] {
  try {
    parseAutomation(document);
    return [];
  } catch (error) {
    if (error instanceof InvalidDocument) return error.problems;
    throw error;
  }
}

/** Templates are checked in actions that are sound; what is wrong with the others is said elsewhere. */
function refuseTemplates(copy: Record<string, unknown>): void {
  const lists = ['actions', 'actions_on_trigger', 'actions_on_resolve'];
  each(lists, (list) => {
    const actions: unknown = copy[list];
    if (!Array.isArray(actions)) return;
    each(actions, (action: unknown, i) => {
      if (isRecord(action) && typeof action.type === 'string')
        checkTemplates(action as ActionDocument, joinPath(list, i));
    });
  });
}

/** The document as JSON would carry it, a copy of its own: what is stored, shown and hashed later is what was checked here. */
function copyOf(document: unknown): Record<string, unknown> {
  if (!isRecord(document)) throw new InvalidDocument('automation', 'must be an object', document);
  const copy = JSON.parse(write(document)) as Record<string, unknown>;
  if (isDeeper(copy, DOCUMENT_DEPTH_LIMIT)) {
    throw new InvalidDocument('automation', `must not be nested deeper than ${DOCUMENT_DEPTH_LIMIT} levels`);
  }
  return copy;
}

function write(document: object): string {
  try {
    return JSON.stringify(document, (_, given: unknown) => {
      const value = plainNumber(given);
      return isUnwritable(value) ? String(value) : value;
    });
  } catch (error) {
    // What does not end says so by a stack that is full, whose words are no answer.
    if (error instanceof RangeError) throw new InvalidDocument('automation', 'must not be nested too deep');
    throw new InvalidDocument('automation', 'must be JSON: neither cyclic nor nested without end');
  }
}

/** YAML knows infinite numbers, which JSON would turn into null, a value with a meaning of its own. As text they are refused where they stand. */
function isUnwritable(value: unknown): boolean {
  return typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
}

/** A lone surrogate cannot be stored in Redis: two documents that differ only in it would become one. */
function refuseMalformedText(value: unknown, path: string): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new InvalidDocument(path, 'must be well-formed Unicode', value);
    return;
  }
  if (Array.isArray(value)) {
    for (const [i, inner] of value.entries()) refuseMalformedText(inner, joinPath(path, i));
  }
  if (isRecord(value)) {
    for (const [key, inner] of Object.entries(value)) {
      refuseMalformedText(key, joinPath(path, key));
      refuseMalformedText(inner, joinPath(path, key));
    }
  }
}
