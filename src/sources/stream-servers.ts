import type { Logger } from 'pino';
import { Connections } from '../redis/connection.ts';

/** Connections to the servers that the streams of sources are on: that of the engine, and others by their URL. */
export class StreamServers {
  readonly #own: Connections;
  readonly #logger: Logger;
  readonly #others = new Map<string, Connections>();

  constructor(own: Connections, logger: Logger) {
    this.#own = own;
    this.#logger = logger;
  }

  /** @param url of another server; undefined: that of the engine */
  to(url: string | undefined): Connections {
    if (url === undefined) return this.#own;
    const known = this.#others.get(url) ?? new Connections(url, this.#logger);
    this.#others.set(url, known);
    return known;
  }

  /** Closes those to other servers. */
  async close(): Promise<void> {
    await Promise.all([...this.#others.values()].map((connections) => connections.close()));
  }
}
