import { randomOf } from './feed-model.ts';
import {
  type Engine,
  type Front,
  type Item,
  type Jobs,
  type NamespaceRule,
  NEW_ENGINE,
  NEW_FRONT,
  NEW_JOBS,
  Slot,
} from './namespace-slots.ts';

/*
 * A model of a namespace with partitions in one seeded run: a front log, two partitions, the global one and the slot of the jobs, each a
 * slot that can fail over; workers that crash or hang; changes of definitions that are cut off. What one feed does is fenced here as
 * feed-model.ts has it, and a source is kept before it is fed (`replicated`).
 */

const PARTITIONS = ['0', '1'];
const GLOBAL = 'g';
const FRONT = 'front';
const KINDS = 3;
const LATEST = 300;
const QUIET = LATEST + 400;
/** How far back firings are relayed again; a slot keeps what it has more often than that. */
const MINUTE = 60;
const KEPT_WITHIN = 40;
/** Looks at which a position stands until another worker helps. */
const STALLED = 5;

export type NamespaceRun = Readonly<{ seed: number; without?: NamespaceRule }>;

type FeedCall = Readonly<{
  source: string;
  target: string;
  from: number;
  to: number;
  items: readonly Item[];
  view: number;
}>;
type PutCall = Readonly<{ target: string; revision: number }>;
type Flying = Readonly<{ at: number; call: FeedCall | PutCall }>;

/** `hung`: a partition whose log it does not move any more, though it lives. */
type Worker = { name: number; lives: boolean; hung: string | null };

/** One run. @returns what is wrong at its end; nothing when all rules are there */
export class NamespaceModel {
  readonly #random: () => number;
  readonly #has: (rule: NamespaceRule) => boolean;
  readonly #front = new Slot<Front>(NEW_FRONT);
  readonly #engines = new Map([...PARTITIONS, GLOBAL].map((name) => [name, new Slot<Engine>(NEW_ENGINE)]));
  readonly #jobs = new Slot<Jobs>(NEW_JOBS);
  readonly #workers: Worker[] = [];
  readonly #stalled = new Map<string, Readonly<{ applied: number; looks: number }>>();
  readonly #keptAt = new Map<object, number>();
  readonly #faults: string[] = [];
  /** Origins of what has to reach the global partition: it came when the definitions that want it were kept there. */
  readonly #wanted = new Set<string>();
  #flying: Flying[] = [];
  /** What workers take the definitions of the global partition to be. */
  #view = 0;
  #now = 0;

  constructor({ seed, without }: NamespaceRun) {
    this.#random = randomOf(seed);
    this.#has = (rule) => rule !== without;
    for (let i = 0; i < 3; i += 1) this.#startWorker();
  }

  faults(): string[] {
    for (this.#now = 1; this.#now < QUIET; this.#now += 1) this.#step(this.#now < LATEST);
    for (const [name, { now }] of this.#engines) this.#judge(name, now);
    const ids = this.#jobs.now.ids;
    if (new Set(ids).size !== ids.length) this.#faults.push('a job twice');
    const fired = [...this.#engines].flatMap(([name, { now }]) => now.fired.map(({ origin }) => `${name} ${origin}`));
    if (fired.some((id) => !ids.includes(id))) this.#faults.push('a firing without its job');
    if (ids.some((id) => !fired.includes(id))) this.#faults.push('a job without its firing');
    return [...new Set(this.#faults)];
  }

  #often(share: number): boolean {
    return this.#random() < share;
  }

  #oneOf<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }

  #engine(name: string): Slot<Engine> {
    return this.#engines.get(name) as Slot<Engine>;
  }

  #step(troubled: boolean): void {
    if (troubled) this.#trouble();
    for (const slot of [this.#front, this.#jobs, ...this.#engines.values()]) this.#keepSometimes(slot);
    for (const name of PARTITIONS) this.#feed(name, GLOBAL);
    for (const name of this.#engines.keys()) this.#feed(FRONT, name);
    if (this.#often(0.3)) this.#view = this.#engine(GLOBAL).now.revision;
    this.#deliver();
    for (const name of this.#engines.keys()) this.#work(name);
    if (this.#often(0.05)) this.#trim();
  }

  #trouble(): void {
    if (this.#often(0.3)) this.#produce();
    if (this.#often(0.01)) this.#put();
    if (this.#often(0.01)) {
      const victim = this.#oneOf(this.#workers.filter(({ lives }) => lives));
      victim.lives = false;
      this.#startWorker();
    }
    if (this.#often(0.01)) this.#oneOf(this.#workers).hung = this.#oneOf([...this.#engines.keys()]);
    for (const slot of [this.#front, this.#jobs, ...this.#engines.values()])
      if (this.#often(0.006)) slot.failOver(this.#random());
  }

  #startWorker(): void {
    this.#workers.push({ name: this.#workers.length, lives: true, hung: null });
  }

  #keepSometimes(slot: Slot<Front> | Slot<Engine> | Slot<Jobs>): void {
    if (!this.#often(0.1) && this.#now - (this.#keptAt.get(slot) ?? 0) < KEPT_WITHIN) return;
    slot.keep();
    this.#keptAt.set(slot, this.#now);
  }

  #produce(): void {
    const [kind, home, id] = [1 + Math.floor(this.#random() * KINDS), this.#oneOf(PARTITIONS), this.#now * 2 + 1];
    const source = this.#often(0.5) ? FRONT : home;
    const item = { id, origin: `${source} ${id}`, kind, home };
    if (source === FRONT) this.#front.change({ all: [...this.#front.now.all, item] });
    else this.#engine(home).change({ log: [...this.#engine(home).now.log, item] });
    if (kind <= this.#engine(GLOBAL).kept.revision) this.#wanted.add(item.origin);
  }

  /** The front keeps it, then it goes to each engine in turn, unless the sender is cut off. */
  #put(): void {
    if (this.#front.now.revision === KINDS) return;
    this.#front.change({ revision: this.#front.now.revision + 1 });
    this.#front.keep();
    const { revision } = this.#front.now;
    for (const target of this.#engines.keys()) {
      if (this.#often(0.2)) return;
      this.#flying.push({ at: this.#now + Math.floor(this.#random() * 80), call: { target, revision } });
    }
  }

  /** What a source has, and what of it concerns a target. */
  #itemsOf(source: string, target: string): { all: readonly Item[]; own: (item: Item) => boolean } {
    const wanted = ({ kind }: Item): boolean => kind <= this.#view;
    if (source === FRONT) {
      const { all, trimmed } = this.#front.kept;
      return {
        all: all.filter(({ id }) => id > Math.max(trimmed, this.#front.now.trimmed)),
        own: (item) => (target === GLOBAL ? wanted(item) : item.home === target),
      };
    }
    const isDirect = ({ origin }: Item): boolean => origin.startsWith(`${source} `);
    return {
      all: this.#engine(source).kept.log,
      own: (item) => wanted(item) && (isDirect(item) || !this.#has('direct alone')),
    };
  }

  #feed(source: string, target: string): void {
    if (!this.#often(0.3)) return;
    const from = this.#engine(target).now.marks[source] ?? 0;
    const { all, own } = this.#itemsOf(source, target);
    // The id of an entry where it stands: that of its arrival there.
    const page = all.map((item, i) => ({ item, at: source === FRONT ? item.id : i + 1 })).filter(({ at }) => at > from);
    const slice = page.slice(0, 4);
    const to = slice.at(-1)?.at;
    if (to === undefined) return;
    const items = slice.map(({ item }) => item).filter(own);
    const call = { source, target, from, to, items, view: this.#view };
    this.#flying.push({ at: this.#now + Math.floor(this.#random() * (this.#often(0.1) ? 40 : 3)), call });
  }

  #deliver(): void {
    const due = this.#flying.filter(({ at }) => at <= this.#now);
    this.#flying = this.#flying.filter(({ at }) => at > this.#now);
    for (const { call } of due) {
      if ('revision' in call) this.#define(call);
      else this.#take(call);
    }
  }

  #take({ source, target, from, to, items, view }: FeedCall): void {
    const engine = this.#engine(target);
    const { log, marks, revision } = engine.now;
    if ((marks[source] ?? 0) !== from) return;
    if (target === GLOBAL && this.#has('current interest') && view !== revision) return;
    engine.change({ log: [...log, ...items], marks: { ...marks, [source]: to } });
  }

  #define({ target, revision }: PutCall): void {
    const engine = this.#engine(target);
    const before = engine.now.revision;
    if (this.#has('by revision') && before >= revision) return;
    if (before > revision) this.#faults.push(`engine ${target}: an older definition took the place of a newer one`);
    engine.change({ revision });
  }

  /** One round of the worker that has an engine, and of one that helps. */
  #work(name: string): void {
    const engine = this.#engine(name);
    const shared = this.#workers.filter(({ lives }) => lives || !this.#has('those who live'));
    const preferred = shared[(name.charCodeAt(0) * 7) % shared.length] as Worker;
    const { applied, log } = engine.now;
    const seen = this.#stalled.get(name);
    const looks = seen?.applied === applied && applied < log.length ? seen.looks + 1 : 0;
    this.#stalled.set(name, { applied, looks });
    if (!preferred.lives) return;
    const { revision } = this.#front.now;
    if (this.#has('put finished') && this.#often(0.1) && engine.now.revision < revision) engine.change({ revision });
    const helps = this.#has('take over') && looks >= STALLED;
    const next = log[applied];
    if (next !== undefined && this.#often(0.5) && (helps || preferred.hung !== name)) {
      const fired = [...engine.now.fired, { origin: next.origin, atMs: this.#now }];
      engine.change({ applied: applied + 1, fired });
      // Another one that helps goes on with what it began.
      if (helps) this.#stalled.set(name, { applied: applied + 1, looks: STALLED });
    }
    this.#relay(name, engine);
  }

  #relay(name: string, engine: Slot<Engine>): void {
    const { fired } = engine.now;
    this.#lookAtJobs(engine);
    const firing = fired[engine.now.relayed];
    if (firing === undefined || !this.#often(0.5)) return;
    if (this.#has('kept firing') && engine.kept.fired.length <= engine.now.relayed) return;
    const id = `${name} ${firing.origin}`;
    const { ids } = this.#jobs.now;
    if (!(this.#has('known job') && ids.includes(id))) this.#jobs.change({ ids: [...ids, id] });
    // A crash in between: the job is there, and nobody knows.
    if (this.#often(0.9)) engine.change({ relayed: engine.now.relayed + 1 });
  }

  /** Goes back where the slot of the jobs has another node, and notes how far the relay was. */
  #lookAtJobs(engine: Slot<Engine>): void {
    const { fired, relayed, jobsEra, jobsNoted } = engine.now;
    let { before, atMs, next } = jobsNoted;
    if (this.#has('jobs again') && jobsEra !== this.#jobs.era) {
      const young = fired.findIndex((one) => one.atMs >= this.#now - MINUTE);
      const last = young === -1 ? fired.length : young;
      const first = Math.min(relayed, last, this.#has('late jobs again') ? before : last);
      [before, atMs, next] = [first, this.#now, first];
      engine.change({ jobsEra: this.#jobs.era, relayed: first });
    }
    if (this.#now >= atMs + MINUTE) [before, atMs, next] = [next, this.#now, engine.now.relayed];
    engine.change({ jobsNoted: { before, atMs, next } });
  }

  #trim(): void {
    const kept = [...this.#engines.values()].map((engine) => engine.kept.marks[FRONT] ?? 0);
    const trimmed = this.#has('every target') ? Math.min(...kept) : Math.max(...kept);
    this.#front.change({ trimmed: Math.max(this.#front.now.trimmed, trimmed) });
  }

  #judge(name: string, { log, applied, revision }: Engine): void {
    const there = log.map(({ origin }) => origin);
    if (new Set(there).size !== there.length) this.#faults.push(`engine ${name}: an entry twice`);
    if (applied < log.length) this.#faults.push(`engine ${name}: an entry is not applied`);
    if (revision !== this.#front.now.revision) this.#faults.push(`engine ${name}: its definitions are old`);
    const stands = [this.#front.now.all, ...PARTITIONS.map((one) => this.#engine(one).now.log)].flat();
    const due = stands.filter(({ origin, home }) =>
      name === GLOBAL ? this.#wanted.has(origin) : home === name && origin.startsWith(FRONT),
    );
    if (due.some(({ origin }) => !there.includes(origin))) this.#faults.push(`engine ${name}: an entry is missing`);
  }
}
