import { joinPath } from '../model/issue.ts';
import { isRecord } from '../model/record.ts';
import type { Trigger } from '../model/trigger.ts';

/** A trigger as it runs and as it was written, at its place in the document. */
export type PlacedTrigger = Readonly<{ trigger: Trigger; written: Record<string, unknown>; path: string }>;

/** A text of a document at its place. */
export type PlacedText = Readonly<{ text: string; place: string }>;

/** A label of a specification at its place, with its patterns. */
export type PlacedLabel = Readonly<{ label: string; place: string; patterns: readonly PlacedText[] }>;

/** A trigger and all below it, depth first. */
export function triggersBelow(trigger: Trigger, document: unknown, path: string): PlacedTrigger[] {
  const written = isRecord(document) ? document : {};
  const here = { trigger, written, path };
  if (trigger.type === 'event') return [here];
  const children = Array.isArray(written.triggers) ? written.triggers : [];
  const place = joinPath(path, 'triggers');
  return [here, ...trigger.triggers.flatMap((child, i) => triggersBelow(child, children[i], joinPath(place, i)))];
}

/** The keys that hold patterns, with where they stand: `resolve.on` is inside another key. */
function patternLists(written: Record<string, unknown>, path: string): { list: unknown; place: string }[] {
  const lists = ['after', 'expect', 'reset', 'unless'].map((key) => ({
    list: written[key],
    place: joinPath(path, key),
  }));
  const { resolve } = written;
  return isRecord(resolve) ? [...lists, { list: resolve.on, place: joinPath(joinPath(path, 'resolve'), 'on') }] : lists;
}

/** The patterns of a trigger that are objects, as they were written. */
export function patternObjectsIn(
  trigger: Record<string, unknown>,
  path: string,
): { written: Record<string, unknown>; path: string }[] {
  return patternLists(trigger, path).flatMap(({ list, place }) =>
    Array.isArray(list)
      ? list.flatMap((one: unknown, i) => (isRecord(one) ? [{ written: one, path: joinPath(place, i) }] : []))
      : [],
  );
}

/** The patterns for names of events, in all lists of a trigger. */
export function namePatternsIn(trigger: Record<string, unknown>, path: string): PlacedText[] {
  return [
    ...patternLists(trigger, path).flatMap(({ list, place }) => textsAt(list, place)),
    ...patternObjectsIn(trigger, path).flatMap((one) => textsAt(one.written.event, joinPath(one.path, 'event'))),
  ];
}

/** The texts of a list, or the one that stands in its place. */
export function textsAt(value: unknown, path: string): PlacedText[] {
  if (typeof value === 'string') return [{ text: value, place: path }];
  if (!Array.isArray(value)) return [];
  return value.flatMap((text: unknown, i) => (typeof text === 'string' ? [{ text, place: joinPath(path, i) }] : []));
}

/** The labels of a specification, or of each one of a list. */
export function labelsAt(value: unknown, path: string): PlacedLabel[] {
  if (Array.isArray(value)) return value.flatMap((spec: unknown, i) => labelsAt(spec, joinPath(path, i)));
  if (!isRecord(value)) return [];
  return Object.entries(value).map(([label, patterns]) => {
    const place = joinPath(path, label);
    return { label, place, patterns: textsAt(patterns, place) };
  });
}
