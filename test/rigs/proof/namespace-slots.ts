/*
 * What the model of a namespace (namespace-model.ts) is made of: slots that can fail over, each to what it has kept or to any state since.
 * It shares nothing with src/ and lua/.
 */

/** Rules of a namespace with partitions, each of which can be left out. Those of one feed are in feed-logs.ts. */
export const NAMESPACE_RULES = {
  'every target': 'the front log removes what all of its targets have, not what one of them has',
  'direct alone': 'a partition forwards what came to it directly, and nothing that the front log fed it',
  'current interest': 'what concerns the global partition is asked again when its definitions have changed meanwhile',
  'by revision': 'a definition takes the place of an older one alone',
  'put finished': 'a change of definitions that was cut off is finished by the next worker that looks',
  'those who live': 'a partition is shared out among the workers that give signs of life',
  'take over': 'another worker helps where the position of a partition stands',
  'kept firing': 'a firing is kept before its job is added',
  'known job': 'a job that is added again is known by its id',
  'jobs again': 'when the slot of the jobs has another node, firings are relayed again',
  'late jobs again':
    'those that had no jobs a minute ago, however old they are, and not those of the last minute alone',
} as const;
export type NamespaceRule = keyof typeof NAMESPACE_RULES;

/** `origin`: the log that it came to first, and its id there. `kind`: from 1; those up to the revision of the definitions are wanted. */
export type Item = Readonly<{ id: number; origin: string; kind: number; home: string }>;

/** The front log. `trimmed`: entries up to this id are gone. */
export type Front = Readonly<{
  all: readonly Item[];
  trimmed: number;
  noted: Readonly<Record<string, number>>;
  revision: number;
}>;

/** How many firings were relayed at least a minute ago, and at `atMs`, from which on the next minute is counted. */
export type Noted = Readonly<{ before: number; atMs: number; next: number }>;

/** An engine. `marks`: how far it is fed, by source. `relayed`: firings whose jobs were added. `jobsEra`: of the jobs' slot when that was last looked at. */
export type Engine = Readonly<{
  log: readonly Item[];
  marks: Readonly<Record<string, number>>;
  applied: number;
  fired: readonly Readonly<{ origin: string; atMs: number }>[];
  relayed: number;
  revision: number;
  jobsEra: number;
  jobsNoted: Noted;
}>;

export type Jobs = Readonly<{ ids: readonly string[] }>;

export const NEW_FRONT: Front = { all: [], trimmed: 0, noted: {}, revision: 0 };
export const NEW_ENGINE: Engine = {
  log: [],
  marks: {},
  applied: 0,
  fired: [],
  relayed: 0,
  revision: 0,
  jobsEra: 0,
  jobsNoted: { before: 0, atMs: 0, next: 0 },
};
export const NEW_JOBS: Jobs = { ids: [] };

/** One slot: a history of states, of which a failover cuts off the end. */
export class Slot<T> {
  /** Changes with each failover. */
  era = 0;
  readonly #states: T[];
  #kept = 0;

  constructor(first: T) {
    this.#states = [first];
  }

  get now(): T {
    return this.#states.at(-1) as T;
  }

  /** What a failover leaves at least. */
  get kept(): T {
    return this.#states[this.#kept] as T;
  }

  change(changed: Partial<T>): void {
    this.#states.push({ ...this.now, ...changed });
  }

  keep(): void {
    this.#kept = this.#states.length - 1;
  }

  /** @param share of what is not kept that is lost */
  failOver(share: number): void {
    const behind = this.#states.length - 1 - this.#kept;
    this.#states.length -= Math.floor(behind * share);
    this.era += 1;
  }
}
