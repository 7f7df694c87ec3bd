import type { Logger } from 'pino';
import { hashTagOf } from '../redis/cluster.ts';
import { Connections } from '../redis/connection.ts';

/** Connections to the servers that the streams of sources are on: that of the engine, and others by their URL. */
export class StreamServers {
  readonly #own: Connections;
  readonly #logger: Logger;
  readonly #others = new Map<string, Connections>();
  /** For clusters: connections to the node that has the stream. Entries are read there, and times are by its clock. */
  readonly #parts = new Map<string, Connections>();

  constructor(own: Connections, logger: Logger) {
    this.#own = own;
    this.#logger = logger;
  }

  /**
   * @param url of another server, a cluster or sentinels; undefined: that of the engine
   * @param key of the stream there
   */
  to(url: string | undefined, key: string): Connections {
    const server = this.#server(url);
    if (!server.isSpread) return server;
    const tag = hashTagOf(key);
    const name = `${url ?? ''} ${tag}`;
    const known = this.#parts.get(name) ?? server.of({ namespace: tag });
    this.#parts.set(name, known);
    return known;
  }

  #server(url: string | undefined): Connections {
    if (url === undefined) return this.#own;
    const known = this.#others.get(url) ?? new Connections(url, this.#logger);
    this.#others.set(url, known);
    return known;
  }

  /** Closes what was opened here. */
  async close(): Promise<void> {
    await Promise.all([...this.#parts.values()].map((connections) => connections.close()));
    await Promise.all([...this.#others.values()].map((connections) => connections.close()));
  }
}
