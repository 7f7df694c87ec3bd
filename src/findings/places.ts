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
