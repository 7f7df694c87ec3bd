import { reasonOf } from '../errors.ts';
import type { Entry } from '../model/intake.ts';

/** How often an entry may fail by itself before it is set aside. Errors of the infrastructure never count. */
export const POISON_ATTEMPTS = 3;

/** So many entries may be set aside one after the other before the engine's own state is suspected: no sender is that unlucky. */
const UNLUCKY_RUN = 8;

/** From then on each try waits this long: time enough to notice and mend the cause, and the log still moves on. */
const SUSPICIOUS_PAUSE_MS = 1_000;

/** Why an entry is set aside, as its dead letter says it. */
export type SetAsideCause = Readonly<{ reason: string; error: string; attempts: number }>;

/**
 * `attempts`: how often it failed by now. `setAside`: it has to go. `pauseMs`: how much longer than usual to wait before
 * anything is tried again; above 0 when it seems to be the state of the engine that is broken, and not the entry.
 */
export type Failure = { attempts: number; setAside: boolean; pauseMs: number };

/** Which entries failed by themselves, how often, and which of them have to go. */
export class Poison {
  readonly #failures = new Map<string, number>();
  readonly #setAside = new Map<string, SetAsideCause>();
  /** How many were set aside since the last entry that was none of them. */
  #inARow = 0;

  /** Entries to be set aside instead of applied, by id. */
  get setAside(): ReadonlyMap<string, SetAsideCause> {
    return this.#setAside;
  }

  /** An entry failed by itself. */
  failed(entryId: string, error: unknown): Failure {
    const attempts = (this.#failures.get(entryId) ?? 0) + 1;
    this.#failures.set(entryId, attempts);
    const setAside = attempts >= POISON_ATTEMPTS;
    if (setAside) {
      this.setAsideNext(entryId, { reason: `poison: failed ${attempts} times`, error: reasonOf(error), attempts });
    }
    const suspicious = attempts > POISON_ATTEMPTS || this.#inARow >= UNLUCKY_RUN;
    return { attempts, setAside, pauseMs: suspicious ? SUSPICIOUS_PAUSE_MS : 0 };
  }

  setAsideNext(entryId: string, cause: SetAsideCause): void {
    this.#setAside.set(entryId, cause);
  }

  /** These have left the log. */
  passed(entries: readonly Entry[]): void {
    for (const { id } of entries) {
      this.#inARow = this.#setAside.has(id) ? this.#inARow + 1 : 0;
      if (this.#failures.size > 0) this.#failures.delete(id);
      this.#setAside.delete(id);
    }
  }
}
