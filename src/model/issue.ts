import { z } from 'zod';
import { InvalidDocument } from '../errors.ts';

/** Joins a path from the document's root and a key or a place in a list: `trigger.triggers[1].within`. */
export function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  return path === '' ? String(key) : `${path}.${String(key)}`;
}

/** An object that may have no other keys, apart from those that say nothing because their value is null (rules 5.5). */
export function closed<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  // Typed as strict: what people write in TypeScript has no reason to carry unknown keys, null or not.
  return z.object(shape, 'must be an object').catchall(z.null('unknown key')) as unknown as z.ZodObject<
    Shape,
    z.core.$strict
  >;
}

/** Reads several parts of a document and gives what was read, in order. Throws one InvalidDocument that knows the problems of all. */
export function together<Parts extends readonly unknown[]>(
  ...reads: { [Place in keyof Parts]: () => Parts[Place] }
): Parts {
  const problems: InvalidDocument[] = [];
  const parts = reads.map((read) => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InvalidDocument)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  });
  throwAll(problems);
  return parts as unknown as Parts;
}

/** Reads each thing of a list, as `together` does. */
export function each<Item, Result>(items: readonly Item[], read: (item: Item, place: number) => Result): Result[] {
  return together<Result[]>(...items.map((item, place) => () => read(item, place)));
}

function throwAll([first, ...others]: readonly InvalidDocument[]): void {
  if (first) throw InvalidDocument.first([first, ...others]);
}

/**
 * Checks a value against a schema whose messages are the reasons of rules 5.5, and gives what the schema makes of it. `path` is the
 * place of the value, `''` at the root, where `root` stands for it. Throws one InvalidDocument for all issues.
 */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: string,
  root = 'document',
): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throwAll(result.error.issues.flatMap((issue) => problemsOf(issue, value, path, root)));
  throw new InvalidDocument(path === '' ? root : path, 'is invalid', value);
}

/** The same for a closed object, of which zod would overlook one key: `__proto__`. */
export function checkClosed<Schema extends z.ZodObject>(
  schema: Schema,
  value: object,
  path: string,
  root = 'document',
): z.output<Schema> {
  const [level] = together(
    () => check(schema, value, path, root),
    () => {
      const hidden = Object.getOwnPropertyDescriptor(value, '__proto__')?.value ?? null;
      if (hidden !== null) throw new InvalidDocument(joinPath(path, '__proto__'), 'unknown key', hidden);
    },
  );
  return level;
}

function problemsOf(issue: z.core.$ZodIssue, value: unknown, path: string, root: string): InvalidDocument[] {
  const at = issue.path.reduce<string>(joinPath, path);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => new InvalidDocument(joinPath(at, key), 'unknown key'));
  return [new InvalidDocument(at === '' ? root : at, issue.message, valueAt(value, issue.path))];
}

/** A zod error setting: one reason for a missing value, another for a wrong one. */
export function required(otherwise: string): { error: (issue: { input?: unknown }) => string } {
  return { error: (issue) => (issue.input === undefined ? 'is required' : otherwise) };
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value);
}
