import type { Logger } from 'pino';
import { reasonOf } from '../errors.ts';
import { Counts } from '../measure/counts.ts';
import { pathOf, type SourceSpec } from '../model/source.ts';
import type { Connections } from '../redis/connection.ts';
import { announceSource, countSent } from '../redis/sources.ts';
import type { Store } from '../redis/store.ts';
import { publicSpec } from './sources-file.ts';

/** What a source was sent: events that were taken, and what did not map. */
export type SentCounts = Readonly<{ events: number; letters: number }>;

/**
 * Has all know the sources that are sent events: their documents, so that their dead letters can be sent again by their maps, and how much they
 * were sent. It is written down once in a while, since a count for each request would cost as much as an event.
 */
export class SentSources {
  readonly #connections: Connections;
  readonly #store: Store;
  readonly #logger: Logger;
  readonly #counts = new Counts(Number.POSITIVE_INFINITY);
  #last: readonly SourceSpec[] | null = null;
  #counting: Promise<void> | null = null;

  constructor(connections: Connections, store: Store, logger: Logger) {
    this.#connections = connections;
    this.#store = store;
    this.#logger = logger;
  }

  /** Never rejects. */
  async follow(specs: readonly SourceSpec[]): Promise<void> {
    if (specs === this.#last) return;
    this.#last = specs;
    const redis = this.#connections.toward(this.#store);
    try {
      for (const spec of sentIn(specs)) await announceSource(redis, this.#store, spec.name, publicSpec(spec));
    } catch (error) {
      this.#last = null;
      this.#logger.warn({ error: reasonOf(error) }, 'sources could not be announced');
    }
  }

  count(name: string, { events, letters }: SentCounts): void {
    if (events > 0) this.#counts.add(name, 'events', events);
    if (letters > 0) this.#counts.add(name, 'letters', letters);
  }

  /** Writes down what came since the last time. Never rejects, and does not wait for a Redis that is away. */
  async write(): Promise<void> {
    await this.#counting;
    if (this.#connections.away().reason !== null) return;
    this.#counting = this.#write();
    await this.#counting;
  }

  async #write(): Promise<void> {
    const taken = Map.groupBy(this.#counts.take(), ([name]) => name);
    const redis = this.#connections.toward(this.#store);
    for (const spec of sentIn(this.#last ?? [])) {
      const counted = taken.get(spec.name);
      if (counted === undefined) continue;
      const of = (what: string): number => counted.find(([, kind]) => kind === what)?.[2] ?? 0;
      const counts = { events: of('events'), letters: of('letters') };
      try {
        await countSent(redis, this.#store, spec.name, { spec: publicSpec(spec), ...counts });
      } catch (error) {
        this.count(spec.name, counts);
        this.#logger.warn({ source: spec.name, error: reasonOf(error) }, 'what a source was sent could not be counted');
      }
    }
  }
}

/** Those of a file that are sent events. */
function sentIn(specs: readonly SourceSpec[]): SourceSpec[] {
  return specs.filter((spec) => pathOf(spec) !== null);
}
