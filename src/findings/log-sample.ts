import { type Event, resourceRole } from '../model/event.ts';
import { isRecord } from '../model/record.ts';

/** Fewer retained events than these say little about what will come. */
const TELLING_EVENTS = 1_000;

/** What the newest events of the log carry. */
export type LogSample = Readonly<{
  events: number;
  /** Names of events, and of the labels of their resources. */
  names: ReadonlySet<string>;
  labels: ReadonlySet<string>;
  /** Names of the labels of related resources, by role. */
  roles: ReadonlyMap<string, ReadonlySet<string>>;
  /** `payload.<path>` of what a key may be made of; null where there are too many to say what is missing. */
  paths: ReadonlySet<string> | null;
}>;

/** More than these paths, or deeper ones, are hardly meant for keys. */
const PATHS_LIMIT = 10_000;
const PATH_DEPTH = 10;

export function sampleOf(events: Iterable<Pick<Event, 'event' | 'resource' | 'related' | 'payload'>>): LogSample {
  const names = new Set<string>();
  const labels = new Set<string>();
  const roles = new Map<string, Set<string>>();
  const paths = new Set<string>();
  let count = 0;
  let allPaths = true;
  for (const { event, resource, related, payload } of events) {
    allPaths &&= addPaths(payload, 'payload', PATH_DEPTH, paths);
    count += 1;
    names.add(event);
    for (const label of Object.keys(resource)) labels.add(label);
    for (const one of related) {
      const role = resourceRole(one) ?? '';
      const known = roles.get(role) ?? new Set();
      roles.set(role, known);
      for (const label of Object.keys(one)) known.add(label);
    }
  }
  return { events: count, names, labels, roles, paths: allPaths ? paths : null };
}

/** @returns whether there is room for all of them */
function addPaths(value: unknown, path: string, depth: number, into: Set<string>): boolean {
  const inner = Array.isArray(value) || isRecord(value) ? Object.entries(value) : null;
  if (inner === null) {
    if (value !== null) into.add(path);
    return into.size <= PATHS_LIMIT;
  }
  if (inner.length > PATHS_LIMIT) return false;
  return inner.every(([key, one]) => depth > 0 && addPaths(one, `${path}.${key}`, depth - 1, into));
}

/** Whether there are enough of them to miss something. */
export function isTelling({ events }: LogSample): boolean {
  return events >= TELLING_EVENTS;
}

/** Whether an event had a name that `matches`. */
export function hasName({ names }: LogSample, matches: (name: string) => boolean): boolean {
  return [...names].some(matches);
}

/** Whether a related resource, whatever its role, had the label. */
export function hasRelated({ roles }: LogSample, label: string): boolean {
  return [...roles.values()].some((labels) => labels.has(label));
}

/** `related:order:id` as role and label; null for the name of a plain label (rules 3.2). */
export function relatedName(name: string): { role: string; label: string } | null {
  const last = name.lastIndexOf(':');
  return name.startsWith('related:')
    ? { role: name.slice('related:'.length, last), label: name.slice(last + 1) }
    : null;
}

/** Whether a look-up of this name (rules 3.2) found something. */
export function hasLookup({ labels, roles, paths }: LogSample, name: string): boolean {
  if (name.startsWith('payload.')) return labels.has(name) || paths === null || paths.has(name);
  const related = relatedName(name);
  return labels.has(name) || (related !== null && roles.get(related.role)?.has(related.label) === true);
}

/** All names under which a look-up finds something. */
export function lookupNames({ labels, roles, paths }: LogSample): string[] {
  const related = [...roles].flatMap(([role, own]) => [...own].map((label) => `related:${role}:${label}`));
  return [...labels, ...related, ...(paths ?? [])];
}
