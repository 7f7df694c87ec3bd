import { Counts } from './counts.ts';
import { DELAYS, Distribution, SIZES } from './distribution.ts';
import { Pulse } from './pulse.ts';
import { TakingPart } from './taking-part.ts';
import { Work } from './work.ts';

/**
 * What a process has done since it started, in its memory alone: no call of Redis is made for it. One for all partitions that it works
 * on; src/http shows it.
 */
export class Measures {
  readonly pulse = new Pulse();
  readonly parts = new TakingPart();
  readonly work = new Work();
  /** By queue. */
  readonly jobs = new Counts();
  /** By type of the action and what became of a try. */
  readonly deliveries = new Counts();
  /** Events that were sent by HTTP, by source and what became of them. */
  readonly httpIn = new Counts();
  /** By what they come from. */
  readonly deadLetters = new Counts();
  /** From the arrival of an entry until it is applied, in s. */
  readonly applyDelay = new Distribution(DELAYS);
  /** From the deadline of an absence until it is decided, in s. */
  readonly decisionDelay = new Distribution(DELAYS);
  /** From the decision of a firing until its jobs are in their queues, in s. */
  readonly jobDelay = new Distribution(DELAYS);
  /** Calls of scripts as the worker sees them, by step, in s. */
  readonly calls = { apply: new Distribution(DELAYS), settle: new Distribution(DELAYS) } as const;
  /** Entries that one call applied. */
  readonly batch = new Distribution(SIZES);
  /** Redis' clock less the one of this process, as the last answer of a scheduler showed it. */
  offsetMs = 0;
}
