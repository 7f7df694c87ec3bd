import { z } from 'zod';
import type { ActionDocument } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import {
  InvalidTemplate,
  isTemplate,
  namesIn,
  parseTemplate,
  renderTemplate,
  type Scope,
  type UsedName,
} from '../template/template.ts';
import { each, joinPath, together } from './issue.ts';
import { isRecord } from './record.ts';
import { templateContext } from './template-context.ts';

/** Which keys of an action are templates, with everything below them, by type. */
const TEMPLATED: ReadonlyMap<string, readonly string[]> = new Map([
  ['queue', ['name', 'data']],
  ['webhook', ['url', 'headers', 'body']],
  ['notify', ['subject', 'body']],
  ['event', ['event', 'resource', 'related', 'payload', 'occurred']],
  ['pause', ['automation', 'reason']],
  ['resume', ['automation', 'reason']],
  ['log', ['message']],
]);

/** How long the templates of one action may take together. */
const RENDER_LIMIT_MS = 1_000;

/** Names that Liquid has for every text and list. */
const EVERYWHERE = new Set<unknown>(['size', 'first', 'last']);

/** Checks the templates of an action at `path`: how they are written, and the names they use. Throws InvalidDocument. */
export function checkTemplates(action: ActionDocument, path: string): void {
  each(TEMPLATED.get(action.type) ?? [], (key) => checkAt(action[key as keyof ActionDocument], joinPath(path, key)));
}

/**
 * An action with its templates filled in. All of them together get a second.
 * @throws InvalidDocument naming the key below `path`, and what has no value
 */
export function renderAction<Action extends ActionDocument>(action: Action, scope: Scope, path: string): Action {
  const untilMs = performance.now() + RENDER_LIMIT_MS;
  const given = action as Readonly<Record<string, unknown>>;
  const keys = (TEMPLATED.get(action.type) ?? []).filter((key) => given[key] !== undefined);
  const filled = keys.map((key) => [key, rendered(given[key], { scope, untilMs }, joinPath(path, key))] as const);
  return { ...action, ...Object.fromEntries(filled) };
}

function checkAt(value: unknown, path: string): void {
  if (typeof value === 'string' && isTemplate(value)) {
    const template = at(path, value, () => parseTemplate(value));
    each(namesIn(template), (name) => {
      const problem = problemOf(name);
      if (problem !== null) throw at(path, value, () => invalid(problem, name));
    });
  }
  if (Array.isArray(value)) each(value, (inner: unknown, i) => checkAt(inner, joinPath(path, i)));
  else if (isRecord(value)) {
    together(
      ...Object.entries(value).map(
        ([key, inner]) =>
          () =>
            checkAt(inner, joinPath(path, key)),
      ),
    );
  }
}

function rendered(value: unknown, how: Readonly<{ scope: Scope; untilMs: number }>, path: string): unknown {
  if (typeof value === 'string') {
    return isTemplate(value)
      ? at(path, value, () => renderTemplate(parseTemplate(value), how.scope, how.untilMs))
      : value;
  }
  if (Array.isArray(value)) return value.map((inner: unknown, i) => rendered(inner, how, joinPath(path, i)));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, rendered(inner, how, joinPath(path, key))]),
  );
}

/** What a template says is wrong with it, as an error of the document. */
function at<T>(path: string, value: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidTemplate) throw new InvalidDocument(path, error.message, value);
    throw error;
  }
}

function invalid(problem: string, { line, column }: UsedName): never {
  throw new InvalidTemplate(problem, [line, column]);
}

/** What is wrong with a name, as far as the form of the context says; null where only the values can tell. */
function problemOf({ parts }: UsedName): string | null {
  let schema: unknown = templateContext;
  for (const [i, part] of parts.entries()) {
    const keys: Readonly<Record<string, unknown>> | null = keysOf(schema);
    if (keys !== null && typeof part === 'string') {
      if (!Object.hasOwn(keys, part) && !EVERYWHERE.has(part)) {
        const place = i === 0 ? 'templates know' : `${parts.slice(0, i).join('.')} has`;
        return `there is no ${parts.slice(0, i + 1).join('.')}: ${place} ${Object.keys(keys).join(', ')}`;
      }
      schema = keys[part];
    } else schema = elementOf(schema);
  }
  return null;
}

/** The keys of a closed object; null for anything else. */
function keysOf(schema: unknown): Readonly<Record<string, unknown>> | null {
  const known = withoutWrapping(schema);
  return known instanceof z.ZodObject ? (known.shape as Record<string, unknown>) : null;
}

function elementOf(schema: unknown): unknown {
  const known = withoutWrapping(schema);
  return known instanceof z.ZodArray ? known.element : undefined;
}

function withoutWrapping(schema: unknown): unknown {
  let inner = schema;
  while (
    inner instanceof z.ZodOptional ||
    inner instanceof z.ZodNullable ||
    inner instanceof z.ZodDefault ||
    inner instanceof z.ZodLazy
  ) {
    inner = inner.unwrap();
  }
  return inner;
}
