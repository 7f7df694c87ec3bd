import type { Automation } from '../model/automation.ts';

/** What bounds a queue: so many jobs, and so many characters in them. */
export type QueueBounds = Readonly<{ maxQueueDepth: number; maxQueueBytes: number }>;

/** How many jobs of ordinary size one job of a firing counts as, by what it is made of: jobs are not written out twice to be weighed. */
export class Weights {
  /** Documents are written out once; revisions are kept parsed as long as they are used. */
  readonly #documents = new WeakMap<Automation, number>();
  /** Characters of a job that takes its share of the bytes; one that takes more counts as several. */
  readonly #share: number;

  constructor({ maxQueueDepth, maxQueueBytes }: QueueBounds) {
    this.#share = maxQueueBytes / maxQueueDepth;
  }

  /** @param fields of the firing, as they stand in the ledger @returns a whole number, 1 or more */
  of(fields: readonly string[], automation: Automation): number {
    const firing = fields.reduce((sum, text) => sum + text.length, 0);
    const bytes = firing + this.#sizeOf(automation);
    return Math.max(1, Math.floor(bytes / this.#share));
  }

  #sizeOf(automation: Automation): number {
    const known = this.#documents.get(automation);
    if (known !== undefined) return known;
    const size = JSON.stringify(automation.document).length;
    this.#documents.set(automation, size);
    return size;
  }
}
