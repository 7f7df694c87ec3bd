import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Settings } from '../config.ts';
import { reasonOf } from '../errors.ts';
import { Loop, type Service } from '../loop.ts';
import type { PartitionLayout } from '../model/partition.ts';
import { type StreamOfSource, streamsOf } from '../model/source.ts';
import type { Connections } from '../redis/connection.ts';
import { type Durability, durabilityOf } from '../redis/durability.ts';
import { ForeignStream } from '../redis/foreign.ts';
import { closeSource } from '../redis/steps/close-source.ts';
import type { Store } from '../redis/store.ts';
import { SourceMarks } from '../services/source-marks.ts';
import { Inlet } from './inlet.ts';
import { publicSpec, type WatchedSources } from './sources-file.ts';
import { StreamServers } from './stream-servers.ts';
import { StreamSource } from './stream-source.ts';

/** Between two looks at the file. */
const FILE_MS = 1_000;

export type SourcesParts = Readonly<{
  connections: Connections;
  store: Store;
  layout: PartitionLayout | null;
  settings: Settings;
  admit: (characters: number) => Promise<void> | null;
  clock: Clock;
  logger: Logger;
  file: WatchedSources;
}>;

type Running = Readonly<{ said: string; inlet: Inlet; service: StreamSource; foreign: ForeignStream }>;

/** Brings in the events of the streams that a file names, and follows the file. */
export class Sources implements Service {
  readonly #parts: SourcesParts;
  readonly #running = new Map<string, Running>();
  readonly #servers: StreamServers;
  readonly #durability: Durability | null;
  readonly #marks: SourceMarks;
  readonly #loop: Loop;

  constructor(parts: SourcesParts) {
    const { connections, store, layout, settings, clock, logger, file } = parts;
    this.#parts = parts;
    this.#servers = new StreamServers(connections, logger);
    this.#durability = durabilityOf(connections, store, settings, clock);
    const promiseOf = (name: string): Inlet['promise'] => this.#running.get(name)?.inlet.promise ?? null;
    this.#marks = new SourceMarks({ redis: connections.redis, store, layout, promiseOf, clock, logger });
    this.#loop = new Loop({ name: 'sources', clock, logger }, async () => {
      file.refresh();
      await this.#follow();
      return FILE_MS;
    });
  }

  /** The sources that it brings in, by the names that the log knows. */
  get names(): string[] {
    return [...this.#running.keys()];
  }

  /** Resolves when all sources of the file are read. */
  async ready(): Promise<void> {
    await this.#follow();
    this.start();
  }

  start(): void {
    this.#loop.start();
    this.#marks.start();
  }

  async stop(): Promise<void> {
    await this.#loop.stop();
    await Promise.all([this.#marks.stop(), ...[...this.#running.values()].map(({ service }) => service.stop())]);
    await this.#servers.close();
  }

  /** Runs what the file says now: what is not in it any more ends, and time does not wait for it. */
  async #follow(): Promise<void> {
    const wanted = new Map(this.#parts.file.current.specs.flatMap(streamsOf).map((stream) => [stream.name, stream]));
    for (const [name, { said, service, foreign }] of this.#running) {
      const stream = wanted.get(name);
      if (stream !== undefined && JSON.stringify(stream) === said) continue;
      await service.stop();
      this.#running.delete(name);
      if (stream === undefined) await this.#end(name, foreign);
    }
    for (const [name, stream] of wanted) {
      if (!this.#running.has(name)) this.#running.set(name, this.#begin(stream));
    }
  }

  #begin(stream: StreamOfSource): Running {
    const { connections, store, admit, clock, logger } = this.#parts;
    const foreign = foreignOf(stream, store, this.#servers);
    const spec = publicSpec(stream.spec);
    const { redis } = connections;
    const { name, key } = stream;
    const inlet = new Inlet({ name, spec, stream: key, redis, store, durability: this.#durability, admit });
    const service = new StreamSource({ stream, foreign, inlet, clock, logger });
    service.start();
    return { said: JSON.stringify(stream), inlet, service, foreign };
  }

  async #end(name: string, foreign: ForeignStream): Promise<void> {
    const { connections, store, logger } = this.#parts;
    await closeSource(connections.redis, store, name);
    await foreign.leave().catch((error: unknown) => {
      logger.warn({ source: name, error: reasonOf(error) }, 'the group of the stream cannot be removed');
    });
    logger.info({ source: name }, 'source ended: it is not in the file any more');
  }
}

/** The stream of a source, on its server. */
export function foreignOf(
  { name, key, spec }: StreamOfSource,
  { namespace }: Pick<Store, 'namespace'>,
  servers: Pick<StreamServers, 'to'>,
): ForeignStream {
  const connections = servers.to('redis' in spec ? spec.redis : undefined, key);
  const { redis, log } = connections;
  return new ForeignStream({
    redis,
    log,
    away: () => connections.away(),
    key,
    group: `watchfire:${namespace}:${name}`,
  });
}
