import type { z } from 'zod';
import { InvalidDocument } from '../errors.ts';

/** Joins a path from the document's root and a key or a place in a list: `trigger.triggers[1].within`. */
export function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
}

/**
 * Checks a value against a schema whose messages are the reasons of rules 5.5, and gives what the schema makes of it. `path` is the
 * place of the value, `''` at the root, where `root` stands for it. Throws InvalidDocument for the first issue.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: string,
  root = 'document',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const inside = issue?.path ?? [];
  const at = inside.reduce<string>(joinPath, path);
  if (issue?.code === 'unrecognized_keys') throw new InvalidDocument(joinPath(at, issue.keys[0] ?? ''), 'unknown key');
  throw new InvalidDocument(at === '' ? root : at, issue?.message ?? 'is invalid', valueAt(value, inside));
}

/** A zod error setting: one reason for a missing value, another for a wrong one. */
export function required(otherwise: string): { error: (issue: { input?: unknown }) => string } {
  return { error: (issue) => (issue.input === undefined ? 'is required' : otherwise) };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
