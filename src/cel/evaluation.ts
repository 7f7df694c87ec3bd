import { Failed } from './value.ts';

/** Steps of one evaluation (rules 17.1). */
export const STEP_LIMIT = 10_000;

/** A step goes over so many characters of a text. */
const CHARACTERS = 100;

/** The event that a condition is asked about. `payload` may hold numbers that were kept as their source text. */
export type CelEvent = Readonly<{
  event: string;
  id: string;
  resource: Readonly<Record<string, string>>;
  related: readonly Readonly<Record<string, string>>[];
  payload: unknown;
  /** In milliseconds since 1970. */
  occurredMs: number;
  receivedMs: number;
  /** Where the condition is about something that is to become an event (`About`): that, and the headers it came with. */
  entry?: unknown;
  headers?: Readonly<Record<string, string>>;
}> & {
  /** The keys of large maps, once they have been listed: kept for other conditions about the same event. Nobody else sets it. */
  keys?: Map<object, readonly string[]>;
};

/** Stands where an evaluation ended because it took too many steps; all that is evaluated behind it gives the same. */
export const TOO_MANY_STEPS = new Failed('takes too many steps');

/** One evaluation: the event, the elements that macros are at, and the steps so far. */
export class Evaluation {
  readonly event: CelEvent;
  readonly locals: unknown[] = [];
  steps = 0;

  constructor(event: CelEvent) {
    this.event = event;
  }

  /** Counts steps before their work is done. @returns whether they may be taken */
  take(steps: number): boolean {
    this.steps += steps;
    return this.steps <= STEP_LIMIT;
  }

  /** Counts the steps that go over a text of so many characters (or bytes): one for each whole hundred. */
  takeText(length: number): boolean {
    return this.take(Math.floor(length / CHARACTERS));
  }
}

/** A node of a condition as a function. It gives a value or a Failed, and counts itself as a step. */
export type Evaluator = (run: Evaluation) => unknown;
