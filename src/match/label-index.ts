import type { Comparison } from '../cel/comparisons.ts';
import type { Labels } from '../model/event.ts';
import type { Spec } from '../model/trigger.ts';
import { classifyGlob } from './glob.ts';
import { type Keyed, ownLabel } from './labels.ts';
import { PatternIndex } from './names.ts';
import { PayloadIndex } from './payload-index.ts';

/**
 * Where a label index keeps an entry: under a label of the event's resource or of one of its related resources, once for each
 * pattern; under what a condition compares the payload with; or, without either, among those that every event of the label index has
 * to look at.
 */
export type LabelPlace =
  | { side: 'resource' | 'related'; label: string; patterns: readonly string[] }
  | { side: 'payload'; comparison: Comparison }
  | { side: 'open' };

/** What an event must have for an entry to be interested in it; all of it must hold. */
export type Asks = Readonly<{ match: Spec; matchRelated: readonly Spec[]; literals?: readonly Comparison[] }>;

const OPEN: LabelPlace = { side: 'open' };

/** Up to this many entries, asking each is faster than a look-up; most names concern a few triggers only. */
const OPEN_ENTRIES = 4;

/** A negation, and the pattern that matches everything: an entry is filed by one only where it asks for nothing narrower. */
const ALMOST_ALL = 1_000_000_000;

/** Up to this many label names are looked up one by one; with more, the event's own labels (at most 500) are visited. */
const FEW_LABELS = 16;

/**
 * The entries that share one pattern for event names, filed by a label or a value of the payload that the trigger asks for. A label
 * index answers with a superset of the entries whose trigger covers the event: each must still be asked.
 */
export class LabelIndex<T> {
  readonly #open = new Set<T>();
  readonly #resource = new PatternsByLabel<T>();
  readonly #related = new PatternsByLabel<T>();

  // Made late: few automations compare the payload with literals.
  #payload: PayloadIndex<T> | undefined;

  get isEmpty(): boolean {
    return this.#open.size === 0 && this.#resource.isEmpty && this.#related.isEmpty && this.#payload === undefined;
  }

  add(entry: T, asks: Asks): LabelPlace {
    const place = this.#open.size < OPEN_ENTRIES ? OPEN : this.#choose(asks);
    if (place.side === 'open') this.#open.add(entry);
    else if (place.side === 'payload') {
      this.#payload ??= new PayloadIndex();
      this.#payload.add(place.comparison, entry);
    } else this.#side(place.side).add(place.label, place.patterns, entry);
    return place;
  }

  remove(entry: T, place: LabelPlace): void {
    if (place.side === 'open') this.#open.delete(entry);
    else if (place.side === 'payload') {
      this.#payload?.remove(place.comparison, entry);
      if (this.#payload?.isEmpty) this.#payload = undefined;
    } else this.#side(place.side).remove(place.label, place.patterns, entry);
  }

  /** Appends the sets of entries that may be interested in the event; one entry may be in several of them. */
  collect(event: Keyed, into: ReadonlySet<T>[]): void {
    if (this.#open.size > 0) into.push(this.#open);
    this.#payload?.collect(event.payload, into);
    if (!this.#resource.isEmpty) this.#resource.collect(event.resource, into);
    if (this.#related.isEmpty) return;
    for (const labels of event.related) this.#related.collect(labels, into);
  }

  /**
   * The label, or the value of the payload, under which the entry adds least to the cost of an event. That depends on what is there already:
   * of `env: production` and `id: customer.7`, the one whose values are many and little used is the better.
   */
  #choose({ match, matchRelated, literals = [] }: Asks): LabelPlace {
    let best: LabelPlace = OPEN;
    let least = Number.POSITIVE_INFINITY;
    const consider = (side: 'resource' | 'related', spec: Spec): void => {
      for (const [label, patterns] of spec) {
        const share = this.#side(side).share(label, patterns);
        if (share >= least) continue;
        best = { side, label, patterns };
        least = share;
      }
    };
    consider('resource', match);
    for (const spec of matchRelated) consider('related', spec);
    for (const comparison of literals) {
      const ofPayload = this.#payload?.share(comparison) ?? comparison.values.length;
      if (ofPayload >= least) continue;
      best = { side: 'payload', comparison };
      least = ofPayload;
    }
    return best;
  }

  #side(side: 'resource' | 'related'): PatternsByLabel<T> {
    return side === 'resource' ? this.#resource : this.#related;
  }
}

/** Entries by label name and pattern. */
class PatternsByLabel<T> {
  // Made late: a label index for each of 100,000 names would otherwise hold 200,000 maps for nothing.
  #labels: Map<string, PatternIndex<Set<T>>> | undefined;

  get isEmpty(): boolean {
    return this.#labels === undefined;
  }

  /** Nothing satisfies a label without patterns, so its entry is rightly found nowhere (rules 3.3). */
  add(label: string, patterns: readonly string[], entry: T): void {
    if (patterns.length === 0) return;
    this.#labels ??= new Map();
    const values = this.#labels.get(label) ?? new PatternIndex<Set<T>>();
    this.#labels.set(label, values);
    for (const pattern of patterns) values.open(pattern, () => new Set()).add(entry);
  }

  remove(label: string, patterns: readonly string[], entry: T): void {
    const values = this.#labels?.get(label);
    if (values === undefined) return;
    for (const pattern of patterns) {
      const entries = values.find(pattern);
      entries?.delete(entry);
      if (entries?.size === 0) values.delete(pattern);
    }
    if (values.size === 0) this.#labels?.delete(label);
    if (this.#labels?.size === 0) this.#labels = undefined;
  }

  /**
   * Estimates the share of events that would visit an entry filed like this: the more values a label has, the rarer each is; the more
   * entries ask for a value, the more often it is likely to be sent.
   */
  share(label: string, patterns: readonly string[]): number {
    const values = this.#labels?.get(label);
    let share = 0;
    for (const pattern of patterns) {
      share += vagueness(pattern) + ((values?.find(pattern)?.size ?? 0) + 1) / ((values?.size ?? 0) + 1);
    }
    return share;
  }

  collect(labels: Labels, into: ReadonlySet<T>[]): void {
    if (this.#labels === undefined) return;
    if (this.#labels.size <= FEW_LABELS) {
      for (const [label, values] of this.#labels) collectValue(values, ownLabel(labels, label), into);
      return;
    }
    for (const label of Object.keys(labels)) {
      const values = this.#labels.get(label);
      if (values !== undefined) collectValue(values, labels[label], into);
    }
  }
}

function collectValue<T>(values: PatternIndex<Set<T>>, value: string | undefined, into: ReadonlySet<T>[]): void {
  if (value !== undefined) values.collect(value, into);
}

/** What a pattern adds to a share for being unlike a value: how many values a glob matches is not known. */
function vagueness(pattern: string): number {
  const { kind } = classifyGlob(pattern);
  if (kind === 'any' || pattern.startsWith('!')) return ALMOST_ALL;
  return kind === 'other' ? 1 : 0;
}
