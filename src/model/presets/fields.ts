import { InvalidDocument } from '../../errors.ts';
import type { Labels } from '../event.ts';
import { isRawNumber } from '../exact.ts';
import type { Incoming } from '../incoming.ts';
import { isRecord } from '../record.ts';

/** A JSON object whose fields nobody has vouched for: services leave fields out, and add new ones. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What stands under a name of an object's own, whatever objects inherit. */
export function own(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** The object at a path, or undefined when there is none. */
export function part(value: unknown, ...path: string[]): JsonObject | undefined {
  let found = value;
  for (const name of path) found = own(found, name);
  return isRecord(found) ? found : undefined;
}

/** The text, number or boolean at a path as text; undefined when there is none, or only an empty text. */
export function text(value: unknown, ...path: string[]): string | undefined {
  const name = path.at(-1);
  const found = name === undefined ? value : own(part(value, ...path.slice(0, -1)), name);
  if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  if (isRawNumber(found)) return found.rawJSON;
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The labels that have a value: an absent label is one that no pattern matches, which is what "unknown" should mean. */
export function labels(values: Readonly<Record<string, string | undefined>>): Labels {
  const known = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(known);
}

/** Another resource with its role; undefined where its id is unknown. */
export function related(
  role: string,
  id: string | undefined,
  more: Readonly<Record<string, string | undefined>> = {},
): Labels | undefined {
  return id === undefined ? undefined : labels({ ...more, id, role });
}

/** Those of some resources that are known. */
export function known(resources: readonly (Labels | undefined)[]): Labels[] {
  return resources.filter((one) => one !== undefined);
}

/** Seconds since 1970 at a path as ISO text; undefined for what is no time. */
export function secondsAt(value: unknown, ...path: string[]): string | undefined {
  const seconds = Number(text(value, ...path));
  const time = new Date(seconds * 1_000);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

/** The entry as an object. @throws InvalidDocument */
export function objectIn({ entry }: Incoming): JsonObject {
  if (!isRecord(entry)) throw new InvalidDocument('entry', 'must be an object', entry);
  return entry;
}

/** A text that the entry must have. @throws InvalidDocument */
export function needed(value: unknown, ...path: string[]): string {
  const found = text(value, ...path);
  if (found === undefined) throw new InvalidDocument(path.join('.'), 'is required');
  return found;
}

/** A header that must be there. @throws InvalidDocument */
export function header({ headers }: Incoming, name: string): string {
  const found = text(headers, name);
  if (found === undefined) throw new InvalidDocument(`headers.${name}`, 'is required');
  return found;
}
