import type { Settings } from '../config.ts';
import { InvalidDocument, NotFound, reasonOf } from '../errors.ts';
import { isSent, type KnownSource, soughtPlace } from '../model/known-source.ts';
import { checkProgramSource, streamsOf } from '../model/source.ts';
import { Reactor } from '../reactions/reactor.ts';
import { durabilityOf } from '../redis/durability.ts';
import { answers } from '../redis/server.ts';
import { forgetSource, knownSource, knownSources, moveSource, pauseSource } from '../redis/sources.ts';
import type { ReadSource } from './program-source.ts';
import type { Sources } from './sources.ts';
import type { TriedEntry } from './try-source.ts';

/** Where the sources of an engine stand. */
export type SourcesOptions = Readonly<{
  /** The sources file; none: WATCHFIRE_SOURCES */
  file?: string;
}>;

/** What else is said of a source that a program reads. */
export type SourceOptions = Readonly<{
  /** How long absences wait for it while it yields no `reached`: a duration of at most 15 minutes; 0, not at all */
  hold?: string | number;
}>;

/** Something that brings events in until it is stopped. */
export type RunningSource = Readonly<{ stop: () => Promise<void> }>;

/** What would become of the newest entries of each stream of a file; `problem`: why a stream cannot be read. */
export type TriedStream = Readonly<{
  name: string;
  stream: string;
  entries: readonly TriedEntry[];
  problem: string | null;
}>;

/** The part of an engine that brings in what happens elsewhere. */
export abstract class Sourced extends Reactor {
  readonly #running = new Set<RunningSource>();

  abstract readonly settings: Settings;

  /**
   * Brings in the events of the streams that a sources file names, and follows the file. Any number of programs may do so: each entry comes in
   * once. Resolves when all of them are read.
   * @throws InvalidDocument for a file that is wrong
   */
  async startSources({ file = process.env.WATCHFIRE_SOURCES }: SourcesOptions = {}): Promise<Sources> {
    const [{ Sources }, { WatchedSources }] = await Promise.all([import('./sources.ts'), import('./sources-file.ts')]);
    if (!file) throw new InvalidDocument('sources', 'needs a sources file, or WATCHFIRE_SOURCES');
    const watched = new WatchedSources({ file, env: process.env, logger: this.logger });
    const { connections, store, settings, clock, logger } = this;
    await answers(connections.redis);
    const layout = await this.format.toWrite();
    const admit = (characters: number): Promise<void> | null => this.admit(characters);
    const sources = new Sources({ connections, store, layout, settings, admit, clock, logger, file: watched });
    this.#running.add(sources);
    await sources.ready();
    return sources;
  }

  /**
   * Brings in what a program reads elsewhere, each event once and in its order: the position moves in the same step as the event enters the
   * log. Any number of programs may read one source.
   * @param name of the source: 1 to 32 letters, digits, `.`, `_` and `-`, with a letter first
   * @param read gives what stands behind a position, without end
   * @throws InvalidDocument
   */
  async source(name: string, read: ReadSource, options: SourceOptions = {}): Promise<RunningSource> {
    const [{ ProgramSource }, { Inlet }, { SourceMarks }] = await Promise.all([
      import('./program-source.ts'),
      import('./inlet.ts'),
      import('../services/source-marks.ts'),
    ]);
    const { hold = 0 } = options;
    checkProgramSource({ source: name, hold });
    const { connections, store, clock, logger, settings } = this;
    const { redis } = connections;
    await answers(redis);
    const layout = await this.format.toWrite();
    const durability = durabilityOf(connections, store, settings, clock);
    const admit = (characters: number): Promise<void> | null => this.admit(characters);
    const spec = { name, type: 'program', hold };
    const inlet = new Inlet({ name, spec, stream: null, redis, store, durability, admit });
    const service = new ProgramSource({ inlet, read, clock, logger });
    const promiseOf = (source: string): typeof inlet.promise => (source === name ? inlet.promise : null);
    const marks = new SourceMarks({ redis, store, layout, promiseOf, clock, logger });
    const running = {
      stop: async (): Promise<void> => {
        this.#running.delete(running);
        await Promise.all([service.stop(), marks.stop()]);
      },
    };
    this.#running.add(running);
    service.start();
    marks.start();
    return running;
  }

  /** All sources that the log knows, with how far they are. */
  async sources(): Promise<KnownSource[]> {
    return await knownSources(await this.look(), this.store);
  }

  /**
   * Has nothing more brought in from a source, by any program, until it is resumed.
   * @throws NotFound
   * @throws InvalidDocument for a source that is sent events by HTTP
   */
  async pauseSource(name: string): Promise<void> {
    refuseSent(await this.#known(name), 'paused');
    const { redis } = this.connections;
    if (await pauseSource(redis, this.store, name, await this.serverTimeMs())) await this.acted('pause source', name);
  }

  /** Lets a paused source go on where it was. @throws NotFound */
  async resumeSource(name: string): Promise<void> {
    await this.#known(name);
    if (await pauseSource(this.connections.redis, this.store, name, null)) await this.acted('resume source', name);
  }

  /**
   * Has a source go on behind another place: `start`, or the id of an entry. What comes again is known by its ids for half an hour.
   * @throws NotFound
   * @throws InvalidDocument for a source that is sent events by HTTP, and for what is no place
   */
  async seekSource(name: string, place: string): Promise<void> {
    const known = await this.#known(name);
    refuseSent(known, 'sought');
    await moveSource(this.connections.redis, this.store, name, soughtPlace(known, place));
    await this.acted('seek source', `${name} ${place}`);
  }

  /** Ends a source that no program reads any more: absences do not wait for it, and nothing is known of it. @throws NotFound */
  async forgetSource(name: string): Promise<void> {
    await this.#known(name);
    await forgetSource(this.connections.redis, this.store, name);
    await this.acted('forget source', name);
  }

  /** What would become of the newest entries of the streams in a sources file. Brings nothing in. @throws InvalidDocument */
  async trySources(file: string, count: number): Promise<TriedStream[]> {
    const [{ tryStream }, { foreignOf }, { readSources }, { StreamServers }] = await Promise.all([
      import('./try-source.ts'),
      import('./sources.ts'),
      import('./sources-file.ts'),
      import('./stream-servers.ts'),
    ]);
    const servers = new StreamServers(this.connections, this.logger);
    try {
      const streams = readSources(file, process.env).specs.flatMap(streamsOf);
      return await Promise.all(
        streams.map(async (stream) => {
          const { name, key } = stream;
          const shown = { name, stream: key };
          try {
            const foreign = foreignOf(stream, this.store, servers);
            return { ...shown, entries: await tryStream(foreign, stream, count), problem: null };
          } catch (error) {
            return { ...shown, entries: [], problem: reasonOf(error) };
          }
        }),
      );
    } finally {
      await servers.close();
    }
  }

  /** Ends what brings events in here. */
  protected async stopSources(): Promise<void> {
    await Promise.all([...this.#running].map((source) => source.stop()));
  }

  async #known(name: string): Promise<KnownSource> {
    await this.format.toWrite();
    const known = await knownSource(this.connections.redis, this.store, name);
    if (known === null) throw new NotFound(name, 'source');
    return known;
  }
}

/** A source that is sent events has no place, and its senders do not wait. @throws InvalidDocument */
function refuseSent(source: KnownSource, what: string): void {
  if (isSent(source))
    throw new InvalidDocument(
      'source',
      `is sent events by HTTP and cannot be ${what}: take it out of the sources file`,
      source.name,
    );
}
