import { Counts } from './counts.ts';
import type { Measures } from './measures.ts';

/** What was done: events by outcome, decisions by automation and word, firings by automation and state. */
export class Work {
  readonly events = new Counts();
  readonly decisions = new Counts();
  readonly firings = new Counts();
}

/** Where a worker says what it does: in the measures of its process, and in every count of work that is kept beside them. */
export type Measured = Readonly<{ measures: Measures; works: readonly Work[] }>;
