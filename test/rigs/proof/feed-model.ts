import { type Call, Engine, type Has, IDS, LIMIT, msOf, type Rule, Source, Target, WITHIN } from './feed-logs.ts';

/*
 * A model of the feed of docs/design-scale: sources, a target and feeders in one seeded run. Calls are late, come twice or never; feeders crash
 * between any two steps; both sides fail over and lose what they have not kept. Half of the runs wait for the source to keep what is fed (`replicated`, `fsync`), half
 * do not (`memory`); in these a source that failed over may lack what was fed, so only what was fed is looked at. Its premise about failovers:
 * calls that were under way have come, and the last id of the source is restored, before its producers go on.
 */

export type Run = Readonly<{ seed: number; without?: Rule }>;

/** Numbers from 0 to 1 by a seed. */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One feeder of one source: what it knows, and where it is in its work. Between two steps it can be lost. */
type Feeder = { source: number; mark: number | null; page: ReturnType<Source['behind']> | null; era: number };

const LATEST = 400;
const QUIET = LATEST + 2 * LIMIT;

/** One run. @returns what is wrong at its end; nothing when all rules are there */
export class FeedModel {
  readonly #random: () => number;
  readonly #has: Has;
  readonly #sources: Source[];
  readonly #target: Target;
  readonly #feeders: Feeder[];
  #flying: { at: number; call: Call }[] = [];
  /** A source that cannot be reached by feeders until then. */
  readonly #away: number[];
  /** Whether what is fed is kept first; whether a source has lost anything; whether the first one is away for good. */
  readonly #keeps: boolean;
  readonly #gone: boolean;
  #lost = false;
  /** When a source brings its last entry, after which it is closed; infinite for one that stays open. */
  readonly #ends: readonly number[];
  /** How far the clock of a source lies behind. */
  readonly #behind: number[];
  /** Everything that was ever in a source: source and id. */
  readonly #ever = new Set<string>();
  #now = 0;

  constructor({ seed, without }: Run) {
    this.#random = randomOf(seed);
    this.#has = (rule) => rule !== without;
    this.#keeps = this.#often(0.5);
    this.#gone = this.#often(0.1);
    const count = 1 + this.#under(2);
    this.#sources = Array.from({ length: count }, () => new Source());
    this.#away = this.#sources.map(() => 0);
    this.#behind = this.#sources.map(() => 0);
    this.#ends = this.#sources.map(() =>
      this.#often(0.3) ? LATEST / 2 + this.#under(LATEST / 4) : Number.POSITIVE_INFINITY,
    );
    this.#target = new Target(count, this.#has);
    this.#feeders = Array.from({ length: count * (1 + this.#under(3)) }, (_, i) => ({
      source: i % count,
      mark: null,
      page: null,
      era: 0,
    }));
  }

  faults(): string[] {
    for (this.#now = 1; this.#now < QUIET; this.#now += 1) this.#step(this.#now < LATEST);
    const [target, faults] = [this.#target, [] as string[]];
    while (target.applied < target.log.length) target.applyNext();
    target.settle(QUIET);
    for (const [i, source] of this.#sources.entries()) faults.push(...this.#fedFaults(i, source));
    if (this.#gone)
      return target.engine.earliest < Number.POSITIVE_INFINITY ? ['held for longer than the lag limit'] : [];
    const isWhole = this.#keeps || !this.#lost;
    if (isWhole && this.#fired() !== this.#expected())
      faults.push(`fired ${this.#fired()}, expected ${this.#expected()}`);
    return faults;
  }

  #under(most: number): number {
    return Math.floor(this.#random() * most);
  }

  #often(share: number): boolean {
    return this.#random() < share;
  }

  #step(troubled: boolean): void {
    if (this.#gone && this.#now > LATEST / 2) this.#away[0] = Number.POSITIVE_INFINITY;
    for (const [i, source] of this.#sources.entries()) {
      if (troubled && this.#now < (this.#ends[i] ?? 0)) this.#produce(i, source);
      if (this.#often(troubled ? 0.1 : 0.5)) source.keep();
      if (troubled && this.#often(0.004)) this.#failOverSource(i, source);
      if (troubled && this.#often(0.002)) this.#away[i] = this.#now + this.#under(60);
    }
    for (const feeder of this.#feeders) if (this.#often(0.4)) this.#feed(feeder, troubled);
    if (this.#often(0.15)) this.#giveMark(troubled);
    if (this.#often(0.1)) this.#closeEnded(troubled);
    this.#deliver();
    const target = this.#target;
    if (this.#often(0.1)) target.keep();
    if (troubled && this.#often(0.006)) target.failOver(this.#random());
    for (let i = this.#under(4); i > 0; i -= 1) target.applyNext();
    if (this.#often(0.3)) target.settle(this.#now);
    if (this.#often(0.05)) this.#trim();
  }

  #produce(i: number, source: Source): void {
    if (this.#often(0.02)) this.#behind[i] = this.#under(8);
    if (!this.#often(0.2)) return;
    source.add(
      Math.max(0, this.#now - (this.#behind[i] ?? 0)),
      `${i}${'xyz'[this.#under(3)]}`,
      this.#often(0.5) ? 'a' : 'b',
    );
    this.#ever.add(`${i} ${source.last}`);
  }

  #failOverSource(i: number, source: Source): void {
    for (const one of this.#flying) one.at = this.#now;
    this.#deliver();
    source.failOver(this.#random());
    this.#lost = true;
    this.#behind[i] = 10 + this.#under(20);
    if (this.#has('restored end')) source.raise(Math.max(source.last, this.#target.marks[i] ?? 0));
  }

  /** One step of a feeder. */
  #feed(feeder: Feeder, troubled: boolean): void {
    const source = this.#sources[feeder.source];
    if (source === undefined) return;
    if (troubled && this.#often(0.02)) [feeder.mark, feeder.page] = [null, null];
    if (feeder.mark === null) {
      feeder.mark = this.#target.marks[feeder.source] ?? 0;
    } else if (feeder.page === null) {
      if ((this.#away[feeder.source] ?? 0) > this.#now) return;
      const page = source.behind(feeder.mark, 1 + this.#under(5));
      [feeder.page, feeder.era] = [page.length > 0 ? page : null, source.era];
      if (page.length === 0) feeder.mark = null;
    } else {
      const to = feeder.page.at(-1)?.id ?? 0;
      const waits = this.#keeps && this.#has('kept source');
      if (waits && source.keptLast < to && source.era === feeder.era) return;
      // The connection over which it was read broke with the failover: it is read anew.
      if (source.era === feeder.era)
        this.#send({ what: 'feed', source: feeder.source, from: feeder.mark, to, entries: feeder.page }, troubled);
      [feeder.mark, feeder.page] = [this.#often(0.5) ? to : null, null];
    }
  }

  /** Tells the target that there is nothing more, where something waits for it. */
  #giveMark(troubled: boolean): void {
    const { marks, log, engine } = this.#target;
    const least = Math.min(...(log.at(-1)?.reached ?? [0]));
    if (engine.earliest > this.#now || engine.earliest <= least) return;
    const promises = this.#sources.flatMap((source, i) => {
      if ((this.#away[i] ?? 0) > this.#now) return [];
      // What it knows of the mark may be old.
      const from = Math.max(0, this.#often(0.8) ? (marks[i] ?? 0) : (source.entries.at(-1)?.id ?? 0));
      if (this.#has('read to the end') && source.behind(from, 1).length > 0) return [];
      if (this.#has('raised id')) source.raise(this.#now * IDS);
      if (this.#keeps && this.#has('kept source')) source.keep();
      return [{ source: i, from, ms: this.#now }];
    });
    if (promises.length > 0) this.#send({ what: 'mark', promises }, troubled);
  }

  #closeEnded(troubled: boolean): void {
    for (const [i, source] of this.#sources.entries()) {
      const from = this.#target.marks[i] ?? 0;
      const isOver = this.#now > (this.#ends[i] ?? 0) && (this.#away[i] ?? 0) <= this.#now;
      if (isOver && source.behind(from, 1).length === 0) this.#send({ what: 'close', source: i, from }, troubled);
    }
  }

  #send(call: Call, troubled: boolean): void {
    if (troubled && this.#often(0.1)) return;
    const delay = (): number => (troubled && this.#often(0.2) ? this.#under(40) : this.#under(3));
    this.#flying.push({ at: this.#now + delay(), call });
    if (troubled && this.#often(0.1)) this.#flying.push({ at: this.#now + delay(), call });
  }

  #deliver(): void {
    const due = this.#flying.filter(({ at }) => at <= this.#now);
    this.#flying = this.#flying.filter(({ at }) => at > this.#now);
    for (const { call } of due) this.#target.take(call, this.#now);
  }

  /** The source removes what its target was fed, as it was noted. */
  #trim(): void {
    for (const [i, source] of this.#sources.entries()) {
      const mark = this.#has('kept note') ? this.#target.keptMark(i) : (this.#target.marks[i] ?? 0);
      source.trimmed = Math.max(source.trimmed, Math.min(mark, source.last));
    }
  }

  /** Each entry of the source once and in its order; nothing that it has not, where it has kept what was fed. */
  #fedFaults(i: number, source: Source): string[] {
    const fed = this.#target.log.flatMap(({ source: of, entry }) => (of === i && entry !== null ? [entry.id] : []));
    const faults: string[] = [];
    if (fed.some((id, at) => id <= (fed[at - 1] ?? 0))) faults.push(`source ${i}: twice or out of order`);
    const there = source.entries.map(({ id }) => id);
    if (there.some((id) => !fed.includes(id))) faults.push(`source ${i}: an entry is missing`);
    if (this.#keeps && fed.some((id) => !there.includes(id))) faults.push(`source ${i}: has not kept what was fed`);
    if (fed.some((id) => !this.#ever.has(`${i} ${id}`))) faults.push(`source ${i}: was never there`);
    return faults;
  }

  #fired(): string {
    return this.#target.engine.fired
      .map(({ text }) => text)
      .sort()
      .join(' ');
  }

  /** What an engine fires that is each source's own, without any feed. Keys are of one source each. */
  #expected(): string {
    const fired = this.#sources.flatMap(({ entries }) => {
      const engine = new Engine();
      for (const entry of entries) engine.apply(entry, msOf(entry.id), msOf(entry.id));
      engine.settle(LATEST + WITHIN);
      return engine.fired.map(({ text }) => text);
    });
    return fired.sort().join(' ');
  }
}
