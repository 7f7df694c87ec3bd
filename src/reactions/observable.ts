import { InvalidDocument } from '../errors.ts';
import type { Listening } from '../http/address.ts';
import type { Observed } from '../http/gauges.ts';
import type { ServeParts } from '../http/serve.ts';
import type { ListenOptions, PathAnswerer } from '../http/server.ts';
import { AlertCount } from '../inspect/alert-count.ts';
import { addHistory, blankMinutes, type HistoryMinute, type HistoryQuery } from '../inspect/history.ts';
import { Measures } from '../measure/measures.ts';
import { answers } from '../redis/server.ts';
import { Operated } from './operated.ts';

/** The part of an engine by which monitoring sees this process and its namespace. */
export abstract class Observable extends Operated {
  /** What this process has done since it started, in its memory alone. */
  protected readonly measures = new Measures();
  #listening: Listening | null = null;

  /**
   * Answers `/metrics`, `/livez` and `/readyz` over HTTP until the engine is closed: this process as it is, and what Redis knows of the
   * namespace (docs/operations.md).
   * @param address as 127.0.0.1:9464; port 0: a free one
   * @returns the address
   * @throws InvalidDocument for an address that is none or cannot be had, and where this engine listens already
   */
  async serveHttp(address: string, { parts = [] }: ListenOptions = {}): Promise<string> {
    if (this.#listening)
      throw new InvalidDocument('http', `this engine listens already, at ${this.#listening.address}`);
    const { serve } = await import('../http/serve.ts');
    this.#listening = await serve(address, this.#served(parts));
    return this.#listening.address;
  }

  /** What answers the same three paths on a server of yours. @param loopback whether nobody but programs of this machine reaches it */
  async httpAnswers(loopback: boolean, { parts = [] }: ListenOptions = {}): Promise<PathAnswerer> {
    const { answersOf } = await import('../http/serve.ts');
    return answersOf(this.#served(parts), loopback);
  }

  /**
   * What happened minute by minute, up to two days back, oldest first: a minute for each, also where nothing happened. Workers add what they count once a second; a worker that
   * is killed takes the counts of its last second with it, and nothing is counted twice.
   * @throws InvalidDocument for `minutes` that are none
   */
  async history({ minutes = 60, automation }: HistoryQuery = {}): Promise<HistoryMinute[]> {
    const found = blankMinutes(await this.serverTimeMs(), minutes);
    await this.each((redis, store) => addHistory(redis, store, found, automation));
    return found;
  }

  protected async stopListening(): Promise<void> {
    await this.#listening?.stop();
  }

  #served(parts: readonly string[]): ServeParts {
    const { measures, clock, logger, store } = this;
    const ping = async (): Promise<void> => await answers(this.connections.redis);
    return { measures, clock, logger, namespace: store.namespace, parts, ping, observed: this.#observed() };
  }

  /** What metrics of the namespace are made of. Counts of alerts are kept up between two looks. */
  #observed(): Observed {
    const counts = new Map<string, AlertCount>();
    return {
      status: () => this.status(),
      quotas: () => this.quotas(),
      closedBudgets: () => this.closedBudgets(),
      queues: async (limit) => {
        const { readNamedQueues } = await import('../relay/queue-states.ts');
        return await this.withQueues((queues) => readNamedQueues(this.connections.redis, this.store, queues, limit));
      },
      countAlerts: async () => {
        const all = new Map<string, number>();
        for (const { name, store } of await this.parts()) {
          const count = counts.get(name) ?? new AlertCount(this.connections.redis, store);
          counts.set(name, count);
          for (const [id, alerts] of await count.now()) all.set(id, (all.get(id) ?? 0) + alerts);
        }
        return all;
      },
    };
  }
}
