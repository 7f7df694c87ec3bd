import { GLOBAL_PARTITION } from '../model/partition.ts';
import type { FiringEntry } from '../redis/ledger.ts';
import { type ExactFrom, Exactness } from './exactness.ts';
import { entriesOf, type LiveEngine, type Retained } from './live.ts';
import { beginningMs } from './past.ts';
import { type Played, Player, type ScratchPlace } from './player.ts';
import { automationIn, type OwnEntries, RecordedRun } from './run.ts';

/** How far a replay is: entries. */
export type ReplayProgress = Readonly<{ done: number; total: number }>;

/** What a replay may do besides. */
export type ReplayOptions = Readonly<{
  onProgress?: (progress: ReplayProgress) => void;
  /** Aborted: it ends with an error. */
  signal?: AbortSignal;
  fired?: (firings: readonly FiringEntry[]) => void;
  played?: (played: Played) => void;
}>;

/** A replay of what was recorded, with the definitions as they were; `feed` goes on from there. */
export class RecordedReplay {
  readonly player: Player;
  readonly run: RecordedRun;
  readonly retained: Retained;
  readonly #live: LiveEngine;
  readonly #exactness: Exactness;
  readonly #options: ReplayOptions;

  private constructor(live: LiveEngine, retained: Retained, place: ScratchPlace, options: ReplayOptions) {
    this.#live = live;
    this.retained = retained;
    this.#options = options;
    const exactness = new Exactness(retained);
    this.#exactness = exactness;
    for (const stood of retained.past.automations.values()) {
      const automation = automationIn(stood);
      if (automation !== null) exactness.stood(automation);
    }
    const { origin } = live.store;
    this.player = new Player(
      { ...place, origin },
      {
        played: (played) => {
          exactness.played(played);
          options.played?.(played);
        },
        fired: (firings) => options.fired?.(firings),
        appended: (entries) => this.run.wrote(entries),
      },
      retained.past,
    );
    this.run = new RecordedRun(
      this.player,
      ({ position, timeMs }, before, after) => exactness.changed(before, after, position, timeMs),
      // A partition tells the global one what its automations do, as long as that listens: since when, it does not know.
      origin !== '' && origin !== GLOBAL_PARTITION,
    );
  }

  static async open(
    live: LiveEngine,
    retained: Retained,
    place: ScratchPlace,
    options: ReplayOptions = {},
  ): Promise<RecordedReplay> {
    const recorded = new RecordedReplay(live, retained, place, options);
    const { standing, past, first, sources } = retained;
    const beginMs = beginningMs({ ...standing, first });
    await recorded.player.fedBy(sources, beginMs);
    await recorded.run.begin(past, beginMs);
    return recorded;
  }

  /** Replays up to an entry, with it. */
  async upTo(to: string): Promise<void> {
    const { count, first, past } = this.retained;
    const { onProgress, signal } = this.#options;
    for await (const page of entriesOf(this.#live, first, to, past.erased)) {
      signal?.throwIfAborted();
      await this.run.feed(page);
      onProgress?.({ done: this.run.entries, total: Math.max(count, this.run.entries) });
    }
  }

  /** Entries of the engine that wait behind the position count as found. */
  async own(): Promise<OwnEntries> {
    const { to, standing } = this.retained;
    for await (const page of entriesOf(this.#live, `(${to}`, standing.last)) this.run.found(page);
    return this.run.own;
  }

  /** From where on each automation is exact, by its id. */
  get exact(): ReadonlyMap<string, ExactFrom> {
    return this.#exactness.found;
  }
}
