import { InvalidDocument } from '../errors.ts';
import { joinPath } from './issue.ts';

/** One trigger of a tree as it was written, with its path from the document's root; the root has depth 0. */
export type Level = Readonly<{ document: Readonly<Record<string, unknown>>; path: string; depth: number }>;

/** Throws InvalidDocument when a key that only a root may have stands below it (rules 17.10). */
export function refuseBelowRoot({ document, path, depth }: Level, key: string): void {
  if (depth === 0 || document[key] === undefined) return;
  throw new InvalidDocument(joinPath(path, key), 'applies only to the root of an automation', document[key]);
}

/** Throws InvalidDocument when a key that only Reactive triggers may have stands in another one (rules 17.10). */
export function refuseProactive({ document, path }: Level, key: string): void {
  if (document.posture !== 'Proactive' || document[key] === undefined) return;
  throw new InvalidDocument(joinPath(path, key), 'applies only to Reactive triggers', document[key]);
}

export function isNotEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
