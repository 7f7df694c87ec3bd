import { setTimeout as pause } from 'node:timers/promises';
import type { EventInput, Watchfire } from '../../../src/index.ts';
import { parseFiring } from '../../../src/model/firing.ts';

/** How hard to press: events under way at a time, and how long each sender rests after an answer. */
export type Pressure = Readonly<{ underWay: number; restMs: number }>;

/** As fast as it is answered. */
const FULL: Pressure = { underWay: 200, restMs: 0 };

/** A producer that remembers what was acknowledged. */
export class Load {
  readonly #watchfire: Watchfire;
  readonly #pressure: Pressure;
  readonly #byHttp: boolean;
  #port = 0;
  readonly #acknowledged = new Set<string>();
  #running = true;
  #lastMs = 0;
  #firstMs = 0;
  #sent = 0;

  /** @param byHttp whether events are sent to its door for events */
  constructor(watchfire: Watchfire, pressure = FULL, byHttp = false) {
    this.#watchfire = watchfire;
    this.#pressure = pressure;
    this.#byHttp = byHttp;
  }

  /** Begins, and resolves after `ms`; it goes on until it is stopped or the server has gone. */
  async run(ms: number): Promise<void> {
    if (this.#byHttp) this.#port = (await this.#watchfire.startHttpIn('127.0.0.1:0')).port;
    this.#firstMs = performance.now();
    for (let i = 0; i < this.#pressure.underWay; i += 1) void this.#send();
    await pause(ms);
  }

  async #send(): Promise<void> {
    while (this.#running) {
      const id = `e${this.#sent++}`;
      try {
        await this.#take({ id, event: 'x', resource: { id: 'r' } });
        this.#acknowledged.add(id);
        this.#lastMs = performance.now();
        if (this.#pressure.restMs > 0) await pause(this.#pressure.restMs);
      } catch {
        // Not acknowledged: whether it is there is nobody's promise.
      }
    }
  }

  async #take(event: EventInput): Promise<void> {
    if (!this.#byHttp) {
      await this.#watchfire.emit(event);
      return;
    }
    const headers = { 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${this.#port}/in/events`;
    const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(event) });
    if (status !== 202) throw new Error(`the door answered ${status}`);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#watchfire.close();
  }

  /** @param kept ids of the events that are in the log afterwards */
  result(kept: ReadonlySet<string>): { acknowledged: number; lost: number; perSecond: number } {
    const lost = [...this.#acknowledged].filter((id) => !kept.has(id)).length;
    const seconds = (this.#lastMs - this.#firstMs) / 1_000;
    return { acknowledged: this.#acknowledged.size, lost, perSecond: this.#acknowledged.size / seconds };
  }
}

/** Ids of the jobs that these entries of the ledger give. */
export function jobsOfFirings(entries: readonly [string, string[]][]): Set<string> {
  return new Set(entries.map(([, fields]) => `f-${parseFiring(fields).id}-0`));
}
