import type { Redis } from 'ioredis';
import { keyOf } from '../match/key.ts';
import { planOf } from '../match/plan.ts';
import { type Interest, TriggerIndex } from '../match/trigger-index.ts';
import type { Automation } from '../model/automation.ts';
import type { Event } from '../model/event.ts';
import type { ChildFiring, Firing } from '../model/firing.ts';
import { decode, type Entry } from '../model/intake.ts';
import { isCounting, type Story } from '../model/story.ts';
import { newestBefore } from '../redis/log.ts';
import type { Store } from '../redis/store.ts';

/** Entries read at a time, and in all for one question: what it costs Redis stays below a second. */
const PAGE = 500;
const LOOK_LIMIT = 100_000;

/** Most events of one window that are given: more than anybody reads. The last ones. */
const EVENTS_LIMIT = 1_000;

/** An event and its entry in the log. `t`: its own time in ms (rules 4). */
export type FoundEvent = Readonly<{ entry: string; event: Event; t: number; value: string | number | null }>;

/** What the log still has of a firing: the event that it fired at, the one that opened its window, and those that were counted, in order of application. */
export type Evidence = Readonly<{
  event: FoundEvent | null;
  opener: FoundEvent | null;
  counted: readonly FoundEvent[];
}>;

/** `looked`: how many entries were read before the search gave up; null when it did not. */
export type Evidences = Readonly<{ of: ReadonlyMap<Firing | ChildFiring, Evidence>; looked: number | null }>;

/**
 * Finds what a firing and its children were made of, in the log as far as it is kept: from where it was decided back to where the first
 * window began. The triggers are asked again which events they want; what was counted is what stood last before the firing.
 * @param automation as it was when it fired
 */
export async function evidenceOf(
  redis: Redis,
  store: Store,
  firing: Firing,
  automation: Automation | null,
): Promise<Evidences> {
  const searches = searchesOf(firing, firing.decided);
  const index = new TriggerIndex();
  if (automation !== null) index.put(planOf({ ...automation, enabled: true }, firing.revision, null));
  let looked = 0;
  let end = `${firing.decided}`;
  while (looked < LOOK_LIMIT) {
    const page = await newestBefore(redis, store, end, PAGE);
    for (const entry of page) look(entry, store.origin, searches, index);
    looked += page.length;
    const last = page.at(-1)?.id;
    const open = searches.filter((search) => !search.done);
    if (last === undefined || page.length < PAGE || open.length === 0) break;
    if (open.every(({ from }) => Number.parseInt(last, 10) < from)) break;
    end = `(${last}`;
  }
  const of = new Map(searches.map((search) => [search.firing, search.evidence()]));
  return { of, looked: looked < LOOK_LIMIT ? null : looked };
}

function searchesOf(firing: Firing | ChildFiring, decided: number): Search[] {
  const own = new Search(firing, firing.decided ?? decided);
  return [own, ...firing.children.flatMap((child) => searchesOf(child, child.decided ?? decided))];
}

function look(entry: Entry, origin: string, searches: readonly Search[], index: TriggerIndex): void {
  const decoded = decode(entry, { origin });
  if (decoded.kind !== 'event') return;
  const interests = index.interested(decoded.event);
  for (const search of searches) search.see(entry, decoded.event, interests);
}

/** The search for one firing; it is shown entries from the newest to the oldest. */
class Search {
  readonly firing: Firing | ChildFiring;
  /** No event of it is older than this (ms): an entry is never older than its event. */
  readonly from: number;
  readonly #decided: number;
  readonly #story: Story | undefined;
  #event: FoundEvent | null = null;
  #opener: FoundEvent | null = null;
  /** By id: of a copy that was not applied, the older entry counts. */
  readonly #counted = new Map<string, FoundEvent>();

  constructor(firing: Firing | ChildFiring, decided: number) {
    const { story, event } = firing;
    this.firing = firing;
    this.#decided = decided;
    this.#story = story;
    const bounded = story !== undefined && story.kind !== 'count' && isWindow(story);
    const received = event === null ? decided : Date.parse(event.received);
    this.from = bounded ? Math.min(story.start ?? 0, received) : isWindow(story) ? 0 : received;
  }

  get done(): boolean {
    const { event, opener } = this.#wanted;
    if ((event !== undefined && this.#event === null) || (opener !== undefined && this.#opener === null)) return false;
    if (!isWindow(this.#story)) return true;
    if (this.#story.count === 0) return true;
    return this.#isFull;
  }

  /** Of values it is not known how many events there were, and of an absence what came too late is not known from what was counted. */
  get #isFull(): boolean {
    const story = this.#story;
    if (story === undefined || story.of !== undefined || !isCounting(story)) return false;
    return this.#counted.size >= (story.count ?? 0);
  }

  get #wanted(): { event: string | undefined; opener: string | undefined } {
    return { event: this.firing.event?.id, opener: this.#story?.opener };
  }

  see({ id }: Entry, event: Event, interests: readonly Interest[]): void {
    if (Number.parseInt(id, 10) > this.#decided) return;
    const found = { entry: id, event, t: Math.min(event.occurred, event.received), value: null };
    if (event.id === this.#wanted.event) this.#event = found;
    if (event.id === this.#wanted.opener) this.#opener = found;
    if (!isWindow(this.#story) || !this.#isInside(found)) return;
    // What came behind the event that it fired at belongs to the next window.
    if (isCounting(this.#story) && this.#event === null) return;
    const interest = interests.find(({ node, expects }) => expects && node.path === this.firing.path);
    if (interest === undefined || !this.#isOfKey(interest, event)) return;
    if (this.#story.opener === event.id) return;
    if (this.#isFull) return;
    this.#counted.set(event.id, { ...found, value: interest.value ?? null });
  }

  evidence(): Evidence {
    const counted = [...this.#counted.values()].reverse();
    return { event: this.#event, opener: this.#opener, counted: this.#without(counted).slice(-EVENTS_LIMIT) };
  }

  #isInside({ t }: FoundEvent): boolean {
    const { kind, start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY } = this.#story ?? {};
    if (kind === 'count') return true;
    return kind === 'sliding' ? t > start && t <= end : t >= start && t < end;
  }

  #isOfKey({ node }: Interest, event: Event): boolean {
    const { forEach } = node.trigger;
    return keyOf(event, forEach).every((value, i) => value === (this.firing.labels[forEach[i] ?? ''] ?? ''));
  }

  /** With `distinct` the events that brought a new value; with `sum` the last ones that make up the sum. */
  #without(found: readonly FoundEvent[]): readonly FoundEvent[] {
    const { of, count } = this.#story ?? {};
    if (of === 'distinct') {
      const seen = new Set<unknown>();
      return found.filter(({ value }) => !seen.has(value) && seen.add(value));
    }
    if (count == null) return found;
    // What came after the decision did not count.
    if (of === undefined) return found.slice(0, count);
    let sum = 0;
    for (const [i, { value }] of found.toReversed().entries()) {
      sum += Number(value);
      if (Math.abs(sum - count) <= 1e-9 * Math.max(1, Math.abs(count))) return found.slice(found.length - 1 - i);
    }
    return found;
  }
}

const WINDOWS = ['tumbling', 'sliding', 'count', 'absence', 'silence'];

/** Whether events were counted. */
function isWindow(story: Story | undefined): story is Story {
  return story !== undefined && WINDOWS.includes(story.kind);
}
