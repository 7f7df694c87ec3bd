import type { CloudEventInput, DurationInput } from '../documents/basics.ts';
import type { AutomationDocument, EventInput } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import type { Firing } from '../model/firing.ts';
import { formatTimestamp } from '../model/timestamp.ts';
import { withinAt } from '../model/within.ts';
import { jobsOf, type QueueJob } from '../relay/jobs.ts';
import { type LiveEvent, liveEventOf } from '../services/live.ts';
import { explainEvent } from './explanation.ts';
import type { Scratch } from './scratch.ts';
import { DEADLINES_LIMIT, type ScratchEngine } from './scratch-engine.ts';

/** What came of something: firings in their order, and their jobs. */
export type TestOutcome = Readonly<{ firings: readonly Firing[]; jobs: readonly QueueJob[] }>;

/**
 * An engine for a test: the real one, in virtual time, with state of its own. Time stands still until `at` moves it, so no test waits.
 * What is called without waiting for what was called before is done in the order of the calls.
 */
export class TestEngine {
  readonly #engine: ScratchEngine;
  /** All that were put, by revision and id. */
  readonly #revisions = new Map<string, Automation>();
  readonly #startMs: number;
  readonly #mostDeadlines: number;
  readonly #close: () => Promise<void>;
  readonly #firings: Firing[] = [];
  readonly #jobs: QueueJob[] = [];
  readonly #events: LiveEvent[] = [];
  /** How many of each `settled` has given. */
  #told = { firings: 0, jobs: 0 };
  #last: Promise<unknown>;
  #closed: Promise<void> | undefined;

  /**
   * Programs call `testEngine`, or `engine` of a server.
   * @param close removes what the engine leaves
   * @param mostDeadlines times with a deadline that may lie on the way of one `at`
   */
  constructor(
    scratch: Scratch,
    name: string,
    startMs: number,
    close: () => Promise<void>,
    mostDeadlines = DEADLINES_LIMIT,
  ) {
    const engine = scratch.engine(name, startMs, {
      observe: (entries, { words }) => {
        const { view } = engine.definitions;
        this.#events.push(...entries.map((entry, i) => liveEventOf(entry, words[i] ?? '', view)));
      },
    });
    this.#engine = engine;
    this.#startMs = startMs;
    this.#mostDeadlines = mostDeadlines;
    this.#close = close;
    this.#last = engine.prepare({ tellsAll: false });
    // Its error belongs to the first call that waits for it.
    this.#last.catch(() => undefined);
  }

  /** All firings so far, those of ended alerts (`state: 'Resolved'`) too. Times in them are milliseconds since 1970. */
  get firings(): readonly Firing[] {
    return this.#firings;
  }

  /** The jobs of all firings so far, as BullMQ would get them. */
  get jobs(): readonly QueueJob[] {
    return this.#jobs;
  }

  /** What became of each event so far, those that the engine appends itself too: its outcome, and a word for each trigger that it met. */
  get events(): readonly LiveEvent[] {
    return this.#events;
  }

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return this.#engine.nowMs - this.#startMs;
  }

  /**
   * Moves time to so long after the start, `15m`, `1h30m` or seconds as a number. Each deadline on the way is decided at its own time.
   * @throws InvalidDocument when it lies before the present, or when more times with a deadline lie on the way than the engine may meet
   */
  async at(sinceStart: DurationInput): Promise<void> {
    const toMs = this.#startMs + withinAt(sinceStart, 'at').ms;
    await this.#inTurn(async () => {
      if (toMs < this.#engine.nowMs) throw new InvalidDocument('at', 'must not be before the present', sinceStart);
      const fired = await this.#engine.advance(toMs, this.#mostDeadlines);
      if (fired === null) throw new InvalidDocument('at', 'has too many deadlines on the way', sinceStart);
      this.#note(fired);
    });
  }

  /**
   * Sends events at the present time, one after the other, and applies them.
   * @returns their ids
   * @throws InvalidDocument naming what is wrong with one; those before it were sent
   */
  async send(...events: readonly (EventInput | CloudEventInput)[]): Promise<string[]> {
    return await this.#inTurn(async () => {
      const ids: string[] = [];
      for (const event of events) {
        ids.push(await this.#engine.add(event));
        this.#note(await this.#engine.drain());
      }
      await this.#settle();
      return ids;
    });
  }

  /** Puts automations, or replaces those with their ids. @throws InvalidDocument naming what is wrong with one; then nothing has changed */
  async put(...automations: readonly AutomationDocument[]): Promise<void> {
    await this.putParsed(automations.map(parseAutomation));
  }

  /** The same with automations that were read already. */
  async putParsed(automations: readonly Automation[]): Promise<void> {
    if (automations.length === 0) return;
    await this.#inTurn(async () => {
      for (const automation of automations)
        this.#revisions.set(`${await this.#engine.put(automation)}:${automation.id}`, automation);
      await this.#settle();
    });
  }

  /** Deletes an automation by its id, if there is one, with all of its state. */
  async delete(id: string): Promise<void> {
    await this.#inTurn(async () => {
      await this.#engine.delete(id);
      await this.#settle();
    });
  }

  /** What an automation, by its id, made of one of `events`, or why it made nothing of it; in lines for people. */
  async explain(event: LiveEvent, automation: string): Promise<readonly string[]> {
    return await this.#inTurn(() => explainEvent(this.#engine, event, automation));
  }

  /** So long after the start as ISO 8601, for `occurred` of an event that comes late. @throws InvalidDocument */
  time(sinceStart: DurationInput): string {
    return formatTimestamp(this.#startMs + withinAt(sinceStart, 'time').ms);
  }

  /** Waits until all that was called has been done. @returns what came since it was called last, from the start the first time */
  async settled(): Promise<TestOutcome> {
    return await this.#inTurn(async () => {
      const firings = this.#firings.slice(this.#told.firings);
      const jobs = this.#jobs.slice(this.#told.jobs);
      this.#told = { firings: this.#firings.length, jobs: this.#jobs.length };
      return { firings, jobs };
    });
  }

  /** Removes its state, and ends the private Redis when it has one of its own. */
  async close(): Promise<void> {
    this.#closed ??= this.#last.catch(() => undefined).then(this.#close);
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Decides what is due at the present. */
  async #settle(): Promise<void> {
    this.#note((await this.#engine.advance(this.#engine.nowMs)) ?? []);
  }

  #note(firings: readonly Firing[]): void {
    for (const firing of firings) {
      const automation = this.#revisions.get(`${firing.revision}:${firing.automation}`);
      this.#firings.push(firing);
      if (automation) this.#jobs.push(...jobsOf(firing, automation));
    }
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed !== undefined) throw new Error('the engine is closed');
    const done = this.#last.then(work);
    // What fails tells its own caller.
    this.#last = done.catch(() => undefined);
    return await done;
  }
}
