import type { Automation } from '../model/automation.ts';

/** A job of ordinary size takes less; one that takes more counts as several where a queue is bounded. */
export const WEIGHT_BYTES = 4_096;

/** Times that the event of a firing stands in a job: with the firing, and as what the job is about. */
const EVENTS_IN_JOB = 2;

/** How many jobs of ordinary size one job of a firing counts as, by what it is made of: jobs are not written out twice to be weighed. */
export class Weights {
  /** Documents are written out once; revisions are kept parsed as long as they are used. */
  readonly #documents = new WeakMap<Automation, number>();

  /** @param fields of the firing, as they stand in the ledger @returns a whole number, 1 or more */
  of(fields: readonly string[], automation: Automation): number {
    const firing = fields.reduce((sum, text) => sum + text.length, 0);
    const bytes = EVENTS_IN_JOB * firing + this.#sizeOf(automation);
    return Math.max(1, Math.floor(bytes / WEIGHT_BYTES));
  }

  #sizeOf(automation: Automation): number {
    const known = this.#documents.get(automation);
    if (known !== undefined) return known;
    const size = JSON.stringify(automation.document).length;
    this.#documents.set(automation, size);
    return size;
  }
}
