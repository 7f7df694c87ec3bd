import type { ModelEvent } from './event.ts';

const LAG_LIMIT_MS = 15 * 60_000;
const LEADER_WAIT_MS = 15 * 60_000;
const SEEN_MS = 30 * 60_000;
const IGNORED_NAME = 'prefect.log.write';

/** What an entry says of a source: the ms that it has reached, or null where it is closed. */
export type Move = { readonly source: string; readonly ms: number | null };

/**
 * `position` is the ms part of the stream entry id; an entry with `waits` false was released and goes on whatever it follows. `moves`: what
 * it says of sources.
 */
export type Entry = {
  readonly position: number;
  readonly event: ModelEvent;
  readonly waits: boolean;
  readonly moves?: readonly Move[];
};

/** An entry that is no event, and says something of sources. */
export type Mark = { readonly position: number; readonly event: null; readonly moves: readonly Move[] };

/** The log, the shared clock, the seen ids and the parked followers (rules 4 and 12). */
export class Log {
  #entries: (Entry | Mark)[] = [];
  /** Of each open source of a fed log (rules 18), the ms that it has reached. */
  readonly #reached = new Map<string, number>();
  #clock: { largest: number; movedAt: number } | null = null;
  readonly #seen = new Map<string, number>();
  readonly #parked = new Map<string, ModelEvent>();
  #lastMs = -1;
  #sequence = 0;

  get lag(): number {
    if (this.#clock === null) return 0;
    return Math.min(Math.max(this.#clock.movedAt - this.#clock.largest, 0), LAG_LIMIT_MS);
  }

  get parkedIds(): string[] {
    return [...this.#parked.keys()];
  }

  /** Ms of the oldest entry not yet applied, infinite if there is none. */
  get oldest(): number {
    return this.#entries[0]?.position ?? Number.POSITIVE_INFINITY;
  }

  get #least(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#reached.values());
  }

  /** Rules 18: the time that counts at x; the log of most engines has no sources. */
  held(x: number, least = this.#least): number {
    return Math.min(x, Math.max(least, x - LAG_LIMIT_MS));
  }

  /** Takes what an entry says of sources. @returns the time that counts for it */
  pass({ position, moves = [] }: Entry | Mark): number {
    const before = this.#least;
    for (const { source, ms } of moves) {
      if (ms === null) this.#reached.delete(source);
      else this.#reached.set(source, Math.max(ms, this.#reached.get(source) ?? 0));
    }
    return this.held(position, Math.max(before, this.#least));
  }

  /** Adds what says something of sources alone. */
  mark(moves: readonly Move[], position: number): void {
    this.#entries.push({ position, event: null, moves });
  }

  /** Reading: the entry ids of one millisecond count up from 0, whoever appends. */
  nextEntryId(at: number): string {
    return `${at}-${at === this.#lastMs ? this.#sequence + 1 : 0}`;
  }

  append(event: ModelEvent, position: number, waits = true, moves: readonly Move[] = []): void {
    this.#sequence = position === this.#lastMs ? this.#sequence + 1 : 0;
    this.#lastMs = position;
    this.#entries.push({ position, event, waits, moves });
  }

  take(): Entry | Mark | undefined {
    return this.#entries.shift();
  }

  /** Step 1 of rules 7.1: what becomes of the entry. */
  fateOf({ position, event, waits }: Entry): 'nothing' | 'parked' | 'applied' {
    if (event.event === IGNORED_NAME || this.#wasApplied(event.id, position)) return 'nothing';
    if (!waits) return 'applied';
    // Reading: any fresh copy of a parked event is dropped, whatever it follows; the first copy stays.
    if (this.#parked.has(event.id)) return 'nothing';
    const { follows } = event;
    if (follows === null || follows === event.id || this.#wasApplied(follows, position)) return 'applied';
    return 'parked';
  }

  park({ event }: Entry): void {
    this.#parked.set(event.id, event);
  }

  #wasApplied(id: string, position: number): boolean {
    const applied = this.#seen.get(id);
    return applied !== undefined && position - applied < SEEN_MS;
  }

  /** The second half of step 2: move the clock, remember the id. */
  accept({ position, event }: Entry): void {
    this.#seen.set(event.id, position);
    if (event.own || (this.#clock !== null && event.t <= this.#clock.largest)) return;
    this.#clock = { largest: event.t, movedAt: event.received };
  }

  releaseFollowers(leader: string, position: number): void {
    this.#release((event) => event.follows === leader, position);
  }

  /** Those parked for 15 min or more. */
  releaseOverdue(now: number, position: number): void {
    this.#release((event) => now - event.received >= LEADER_WAIT_MS, position);
  }

  // Those that occurred at the same time come in the order in which they were parked. A released one never waits again.
  #release(isFree: (event: ModelEvent) => boolean, position: number): void {
    const free = [...this.#parked.values()].filter(isFree).sort((a, b) => a.occurred - b.occurred);
    for (const event of free) {
      this.#parked.delete(event.id);
      this.append(event, position, false);
    }
  }
}
