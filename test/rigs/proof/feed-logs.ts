/*
 * What the model of the feed (feed-model.ts) is made of: a source and a target as two servers that can fail over, and an engine with one
 * kind of absence. It shares nothing with src/ and lua/. Times in ms; ids of entries are numbers, IDS of them a ms.
 */

/** Rules of the feed, each of which can be left out. */
export const RULES = {
  fence: 'a call that does not begin at the mark changes nothing',
  'held entry': 'as_of of an entry does not run ahead of what is fed',
  'held scheduler': 'as_of of the scheduler does not run ahead of what is fed',
  'held by the next entry': 'the scheduler waits for an entry as the entry itself would',
  limit: 'a source that cannot be reached holds time back for the lag limit at most',
  smallest: 'the slowest source counts',
  'read to the end': 'a mark is promised where the source has nothing more',
  'fenced mark': 'a mark counts where its feeder knows how far the log is fed',
  'raised id': 'nothing comes at or before a mark: the last id of the source is raised to it',
  'kept source': 'nothing is fed, and no mark given, before the source has kept it',
  'restored end': 'a source that lost its end goes on behind what was fed of it',
  'first arrival': 'an event keeps the time of its first arrival, wherever it is fed to',
  'closed by an entry': 'a source is closed by an entry of the log that it feeds',
  'kept note': 'what a target has not kept is not noted at the source, which may remove its old entries then',
} as const;
export type Rule = keyof typeof RULES;
export type Has = (rule: Rule) => boolean;

export const IDS = 1_024;
export const LIMIT = 300;
export const WITHIN = 20;

export const msOf = (id: number): number => Math.floor(id / IDS);

export type SourceEntry = Readonly<{ id: number; key: string; kind: 'a' | 'b' }>;

/** A log that producers append to. A failover takes it back to what is kept, or to any state since. */
export class Source {
  entries: SourceEntry[] = [];
  last = 0;
  /** Changes with each failover: what was read before is of another history. */
  era = 0;
  /** Entries up to here are removed, since all targets have them. */
  trimmed = 0;
  readonly #states: { entries: number; last: number }[] = [{ entries: 0, last: 0 }];
  #kept = 0;

  add(nowMs: number, key: string, kind: 'a' | 'b'): void {
    this.raise(Math.max(this.last + 1, nowMs * IDS));
    this.entries.push({ id: this.last, key, kind });
    this.note();
  }

  raise(id: number): void {
    this.last = Math.max(this.last, id);
    this.note();
  }

  note(): void {
    this.#states.push({ entries: this.entries.length, last: this.last });
  }

  behind(id: number, count: number): SourceEntry[] {
    return this.entries.filter((entry) => entry.id > Math.max(id, this.trimmed)).slice(0, count);
  }

  /** All that it has is on its replica. */
  keep(): void {
    this.#kept = this.#states.length - 1;
  }

  get keptLast(): number {
    return this.#states[this.#kept]?.last ?? 0;
  }

  /** @param share of what is not kept that is lost */
  failOver(share: number): void {
    const at = Math.max(
      this.#kept,
      Math.floor(this.#states.length - 1 - (this.#states.length - 1 - this.#kept) * share),
    );
    const state = this.#states[at];
    if (state === undefined) return;
    this.entries = this.entries.slice(0, state.entries);
    this.last = state.last;
    this.era += 1;
    this.#states.length = at + 1;
  }
}

/** `a` of a key opens [t, t + WITHIN), `b` closes it; an end that is settled fires. */
export class Engine {
  readonly fired: { text: string; asOf: number }[] = [];
  readonly #open = new Map<string, number>();

  settle(asOf: number): void {
    for (const [key, end] of this.#open) if (end <= asOf) this.#fire(key, end, asOf);
  }

  apply({ key, kind }: SourceEntry, t: number, asOf: number): void {
    this.settle(asOf);
    const end = this.#open.get(key);
    if (end !== undefined && end <= t) this.#fire(key, end, t);
    if (kind === 'b') this.#open.delete(key);
    else if (!this.#open.has(key)) this.#open.set(key, t + WITHIN);
  }

  get earliest(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#open.values());
  }

  #fire(key: string, end: number, asOf: number): void {
    this.#open.delete(key);
    this.fired.push({ text: `${key}@${end}`, asOf });
  }
}

/** A call that feeds: entries behind `from`, up to `to`. */
export type FeedCall = Readonly<{
  what: 'feed';
  source: number;
  from: number;
  to: number;
  entries: readonly SourceEntry[];
}>;
export type MarkCall = Readonly<{
  what: 'mark';
  promises: readonly Readonly<{ source: number; from: number; ms: number }>[];
}>;
/** A call that closes a source which was fed up to `from` and brings nothing more. */
export type CloseCall = Readonly<{ what: 'close'; source: number; from: number }>;
export type Call = FeedCall | MarkCall | CloseCall;

type Logged = Readonly<{ ms: number; source: number; entry: SourceEntry | null; reached: readonly number[] }>;
type State = Readonly<{ log: number; marks: readonly number[] }>;

/** A log that is fed, and its engine, which begins anew where a failover cut the log. */
export class Target {
  log: Logged[] = [];
  marks: number[];
  engine = new Engine();
  applied = 0;
  /** Sources that are closed by a note beside the log, where the rule is missing. */
  readonly #noted = new Set<number>();
  readonly #has: Has;
  readonly #states: State[];
  #kept = 0;

  constructor(sources: number, has: Has) {
    this.#has = has;
    this.marks = Array.from({ length: sources }, () => 0);
    this.#states = [{ log: 0, marks: [...this.marks] }];
  }

  take(call: Call, nowMs: number): void {
    if (call.what === 'feed') this.#feed(call, nowMs);
    else if (call.what === 'mark') this.#mark(call, nowMs);
    else this.#close(call, nowMs);
    this.#states.push({ log: this.log.length, marks: [...this.marks] });
  }

  #feed({ source, from, to, entries }: FeedCall, nowMs: number): void {
    const mark = this.marks[source] ?? 0;
    if (this.#has('fence') && from !== mark) return;
    for (const entry of entries) this.#append(nowMs, source, entry, [[source, msOf(entry.id)]]);
    this.marks[source] = Math.max(mark, to);
  }

  #mark({ promises }: MarkCall, nowMs: number): void {
    const good = promises.filter(({ source, from }) => !this.#has('fenced mark') || from === this.marks[source]);
    if (good.length > 0)
      this.#append(
        nowMs,
        -1,
        null,
        good.map(({ source, ms }) => [source, ms]),
      );
  }

  #close({ source, from }: CloseCall, nowMs: number): void {
    if (from !== this.marks[source] || this.isClosed(source)) return;
    if (this.#has('closed by an entry')) this.#append(nowMs, -1, null, [[source, Number.POSITIVE_INFINITY]]);
    else this.#noted.add(source);
  }

  isClosed(source: number): boolean {
    return this.#noted.has(source) || this.log.at(-1)?.reached[source] === Number.POSITIVE_INFINITY;
  }

  #append(
    nowMs: number,
    source: number,
    entry: SourceEntry | null,
    moves: readonly (readonly [number, number])[],
  ): void {
    const before = this.log.at(-1);
    const reached = [...(before?.reached ?? this.marks.map(() => 0))];
    for (const [of, ms] of moves) reached[of] = Math.max(reached[of] ?? 0, ms);
    this.log.push({ ms: Math.max(nowMs, before?.ms ?? 0), source, entry, reached });
  }

  least(reached: readonly number[] | undefined): number {
    if (reached === undefined) return 0;
    const open = reached.map((ms, source) => (this.#noted.has(source) ? Number.POSITIVE_INFINITY : ms));
    return this.#has('smallest') ? Math.min(...open) : Math.max(...open);
  }

  #held(x: number, least: number): number {
    return Math.min(x, Math.max(least, this.#has('limit') ? x - LIMIT : 0));
  }

  /** Applies the next entry of the log. */
  applyNext(): void {
    const next = this.log[this.applied];
    if (next === undefined) return;
    const asOf = this.#has('held entry') ? this.#held(next.ms, this.least(next.reached)) : next.ms;
    if (next.entry === null) this.engine.settle(asOf);
    else this.engine.apply(next.entry, this.#has('first arrival') ? msOf(next.entry.id) : next.ms, asOf);
    this.applied += 1;
  }

  /** What the scheduler does at a time. */
  settle(nowMs: number): void {
    const [next, least] = [this.log[this.applied], this.least(this.log[this.applied - 1]?.reached)];
    const free = Math.min(nowMs, next?.ms ?? Number.POSITIVE_INFINITY);
    if (!this.#has('held scheduler')) this.engine.settle(free);
    else if (this.#has('held by the next entry')) this.engine.settle(this.#held(free, least));
    else this.engine.settle(Math.min(free, Math.max(least, nowMs - LIMIT)));
  }

  keep(): void {
    this.#kept = this.#states.length - 1;
  }

  /** The mark of a source that a failover leaves at least. */
  keptMark(source: number): number {
    return this.#states[this.#kept]?.marks[source] ?? 0;
  }

  failOver(share: number): void {
    const at = Math.max(
      this.#kept,
      Math.floor(this.#states.length - 1 - (this.#states.length - 1 - this.#kept) * share),
    );
    const state = this.#states[at];
    if (state === undefined) return;
    this.log = this.log.slice(0, state.log);
    this.marks = [...state.marks];
    this.#states.length = at + 1;
    [this.engine, this.applied] = [new Engine(), 0];
  }
}
