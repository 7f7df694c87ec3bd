import type { Automation } from '../model/automation.ts';
import { type Entry, msOf } from '../model/intake.ts';
import type { Past, PastChange } from './past.ts';
import type { Player } from './player.ts';
import { begin, CHUNK_SIZE, comesBack, ownIn } from './run.ts';

/** Feeds candidates: what they write stands in the log at once. */
export class CandidateRun {
  readonly #player: Player;
  readonly #skips: (entry: Entry) => boolean;
  readonly #keeps: (form: string | undefined) => boolean;
  #waiting: Entry[] = [];
  #atOnce = false;
  entries = 0;

  /**
   * @param skips whether an entry of the log is left out, since a candidate says it anew
   * @param keeps whether what this engine writes in that form is new: what the log has already is not
   */
  constructor(player: Player, skips: (entry: Entry) => boolean, keeps: (form: string | undefined) => boolean) {
    this.#player = player;
    this.#skips = skips;
    this.#keeps = keeps;
  }

  /** @param atOnce whether what is due is decided at its time, and what is written stands there: as where the log does not say when that was */
  async begin(
    candidates: readonly Automation[],
    agreed: Pick<Past, 'settings' | 'quotas'>,
    atMs: number,
    atOnce: boolean,
  ): Promise<void> {
    await begin(this.#player, agreed, atMs);
    await this.#player.begin(
      candidates.map((automation, i) => [automation, i + 1]),
      atMs,
    );
    this.#atOnce = atOnce || (await this.#player.listens());
  }

  wrote(entries: readonly Entry[]): void {
    this.#waiting.push(...entries.filter(({ fields }) => this.#keeps(fields[0])));
  }

  async feed(entries: readonly Entry[]): Promise<void> {
    const wanted = entries.filter((entry) => !this.#skips(entry));
    this.entries += wanted.length;
    let chunk: Entry[] = [];
    for (const entry of wanted) {
      const inner = ownIn(entry);
      if (inner[0] === 'released') {
        await this.#player.feed(chunk);
        chunk = [];
        await comesBack(this.#player, inner);
      }
      if (!this.#atOnce) {
        chunk.push(entry);
        if (chunk.length < CHUNK_SIZE) continue;
        await this.#player.feed(chunk);
        chunk = [];
        continue;
      }
      await this.#upTo(msOf(entry.id));
      await this.#player.feed([this.#player.placed(entry)]);
      await this.#player.rest();
      await this.#take(msOf(entry.id));
    }
    await this.#player.feed(chunk);
  }

  /** Settings and quotas change here as they did; automations are the candidates'. */
  async change(change: PastChange, generation: number): Promise<void> {
    if (change.kind === 'automation') return;
    await this.#player.rest();
    // What people decided of a key holds for a candidate of that id, too, if it has such keys.
    if ('labels' in change) {
      await this.#player.decide(change.kind, change, generation, change.timeMs);
      return;
    }
    await this.#player.agree(change.kind, change.after, generation, change.timeMs);
  }

  /** Lets time pass to the end. */
  async end(atMs: number): Promise<void> {
    await this.#player.rest();
    await this.#upTo(atMs);
    await this.#player.settle(atMs);
    await this.#take(atMs);
  }

  /** What becomes due before a time is settled when it does. */
  async #upTo(atMs: number): Promise<void> {
    for (let before = Number.NEGATIVE_INFINITY; ; ) {
      const { wakeMs } = this.#player;
      if (wakeMs === null || wakeMs > atMs || wakeMs <= before) return;
      before = wakeMs;
      await this.#player.settle(wakeMs);
      await this.#take(wakeMs);
    }
  }

  /** Feeds what was written, until nothing is. */
  async #take(atMs: number): Promise<void> {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      await this.#player.feed([{ id: this.#player.nextId(atMs), fields: next.fields }]);
      await this.#player.rest();
    }
  }
}
