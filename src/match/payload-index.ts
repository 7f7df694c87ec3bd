import type { Comparison, Literal } from '../cel/comparisons.ts';
import { isRawNumber, plainNumber } from '../model/exact.ts';

/** Up to this many keys of one map are looked up one by one; with more, the payload's own keys are visited where they are fewer. */
const FEW_KEYS = 16;

/** A map inside payloads: what is filed by a value in it, and the maps inside it, by key. */
type Place<T> = { values: Map<string, Set<T>> | undefined; inner: Map<string, Place<T>> | undefined };

/** Entries by what has to stand at a path of the payload. An event finds those whose literal it has, however many others there are. */
export class PayloadIndex<T> {
  readonly #root: Place<T> = { values: undefined, inner: undefined };

  get isEmpty(): boolean {
    return this.#root.inner === undefined;
  }

  add({ path, values }: Comparison, entry: T): void {
    let place = this.#root;
    for (const key of path) {
      place.inner ??= new Map();
      const next = place.inner.get(key) ?? { values: undefined, inner: undefined };
      place.inner.set(key, next);
      place = next;
    }
    place.values ??= new Map();
    for (const value of values) {
      const tagged = taggedLiteral(value);
      const entries = place.values.get(tagged) ?? new Set();
      place.values.set(tagged, entries.add(entry));
    }
  }

  remove(comparison: Comparison, entry: T): void {
    removeBelow(this.#root, comparison, 0, entry);
  }

  /** Estimates the share of events that would visit an entry filed like this, as for labels. */
  share({ path, values }: Comparison): number {
    let place: Place<T> | undefined = this.#root;
    for (const key of path) place = place?.inner?.get(key);
    const known = place?.values;
    let share = 0;
    for (const value of values) {
      share += ((known?.get(taggedLiteral(value))?.size ?? 0) + 1) / ((known?.size ?? 0) + 1);
    }
    return share;
  }

  /** Appends the sets of entries that have a literal of this payload. */
  collect(payload: unknown, into: ReadonlySet<T>[]): void {
    collectBelow(this.#root, payload, into);
  }
}

function removeBelow<T>(place: Place<T>, { path, values }: Comparison, depth: number, entry: T): void {
  const key = path[depth];
  if (key === undefined) {
    for (const value of values) {
      const tagged = taggedLiteral(value);
      const entries = place.values?.get(tagged);
      entries?.delete(entry);
      if (entries?.size === 0) place.values?.delete(tagged);
    }
    if (place.values?.size === 0) place.values = undefined;
    return;
  }
  const next = place.inner?.get(key);
  if (next === undefined) return;
  removeBelow(next, { path, values }, depth + 1, entry);
  if (next.values === undefined && next.inner === undefined) place.inner?.delete(key);
  if (place.inner?.size === 0) place.inner = undefined;
}

function collectBelow<T>({ values, inner }: Place<T>, value: unknown, into: ReadonlySet<T>[]): void {
  if (values !== undefined) {
    const tagged = taggedValue(value);
    const found = tagged === undefined ? undefined : values.get(tagged);
    if (found !== undefined) into.push(found);
  }
  if (inner === undefined || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value) || isRawNumber(value)) return;
  const map = value as Readonly<Record<string, unknown>>;
  if (inner.size <= FEW_KEYS) {
    for (const [key, next] of inner) if (Object.hasOwn(map, key)) collectBelow(next, map[key], into);
    return;
  }
  for (const key of Object.keys(map)) {
    const next = inner.get(key);
    if (next !== undefined) collectBelow(next, map[key], into);
  }
}

/** A literal as a text that is the same for what CEL takes for equal: 1 and 1.0, 0 and -0, but not 1 and "1". */
function taggedLiteral(value: Literal): string {
  if (typeof value === 'string') return `s${value}`;
  return typeof value === 'number' ? `n${value + 0}` : `c${value}`;
}

function taggedValue(given: unknown): string | undefined {
  const value = plainNumber(given);
  const isLiteral =
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isLiteral ? taggedLiteral(value) : undefined;
}
