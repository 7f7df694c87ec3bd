import { InvalidDocument } from '../errors.ts';
import { addressOf, isLoopback } from '../http/address.ts';
import type { SourceSpec } from '../model/source.ts';
import { type ReceivingParts, receiveAll } from '../producer/receiving.ts';
import { noteUnmapped } from '../redis/steps/note-unmapped.ts';
import { HttpIn, type HttpInlet } from './http-in.ts';
import { openDoor } from './http-server.ts';
import { SentSources } from './sent-sources.ts';
import { Sourced } from './sourced.ts';
import { WatchedSources } from './sources-file.ts';
import { waysIn } from './way-in.ts';
import { Ways } from './ways.ts';

const DAY_MS = 86_400_000;

/** How long what came by HTTP is known by its id: services send again for up to three days. */
export const REMEMBER_MS = 3 * DAY_MS;
const LONGEST_REMEMBER_MS = 30 * DAY_MS;

/** How often the file of sources is looked at. */
const LOOK_EVERY_MS = 1_000;

/** How events are taken by HTTP. All of it may be left out. */
export type HttpInOptions = Readonly<{
  /** The file of sources; none: `POST /in/events` alone, from this machine */
  sources?: string;
  /** How long what came is known by its id, in ms, up to 30 days; three days */
  rememberMs?: number;
  /** Most connections, the longest time for a request and for its headers, in ms: 500, 30 s, 5 s */
  bounds?: Readonly<{ connections?: number; requestMs?: number; headersMs?: number }>;
}>;

/** Where events come in: the port, and the paths of the sources as the file says at first. */
export type RunningHttpIn = Readonly<{ port: number; paths: readonly string[]; stop: () => Promise<void> }>;

/** The part of an engine by which events come in by HTTP. */
export abstract class HttpSourced extends Sourced {
  readonly #doors = new Set<Readonly<{ stop: () => Promise<void> }>>();

  /**
   * Takes events by HTTP at an address, as 127.0.0.1:9465 (docs/webhooks.md), until the engine is closed.
   * @throws InvalidDocument for an address that is none or cannot be had, a file of sources that is wrong, and one with a source that
   * everybody could send to
   */
  async startHttpIn(address: string, options: HttpInOptions = {}): Promise<RunningHttpIn> {
    const { clock, logger } = this;
    const { rememberMs = REMEMBER_MS, bounds = {} } = options;
    if (!(Number.isInteger(rememberMs) && rememberMs >= 1_000 && rememberMs <= LONGEST_REMEMBER_MS))
      throw new InvalidDocument('rememberMs', `must be a whole number from 1000 to ${LONGEST_REMEMBER_MS}`, rememberMs);
    const place = addressOf(address, 'http-in', '127.0.0.1:9465');
    const open = !isLoopback(place.host);
    const file = options.sources ?? process.env.WATCHFIRE_SOURCES ?? null;
    // A file by which nobody may listen here changes nothing, as one that is wrong.
    const check = (specs: readonly SourceSpec[]): void => void waysIn(specs, { open });
    const watched = new WatchedSources({ file, env: process.env, logger, check });
    const ways = new Ways({ specs: () => watched.current.specs, open });
    await this.format.toWrite();
    const sent = new SentSources(this.connections, this.store, logger);
    const httpIn = new HttpIn({
      inlet: this.#inlet(),
      ways: () => ways.current,
      keepMs: rememberMs,
      counts: this.measures.httpIn,
      sent,
      logger,
      nowMs: () => clock.nowMs(),
    });
    const door = await openDoor(place, httpIn, logger, bounds);
    await sent.follow(watched.current.specs);
    const looking = setInterval(() => {
      watched.refresh();
      void sent.follow(watched.current.specs);
      void sent.write();
    }, LOOK_EVERY_MS).unref();
    const running = {
      port: door.port,
      paths: [...ways.current.keys()],
      stop: async () => {
        clearInterval(looking);
        await door.stop();
        await sent.write();
      },
    };
    this.#doors.add(running);
    logger.info({ address, paths: running.paths }, 'events come in by HTTP');
    return running;
  }

  /** By what events are appended. */
  protected abstract readonly receiving: Pick<ReceivingParts, 'homes' | 'durability'>;

  #inlet(): HttpInlet {
    const { clock, connections, store } = this;
    const admit = (characters: number): Promise<void> | null => this.admit(characters);
    const parts = { clock, connections, admit, ...this.receiving };
    return {
      receive: (events, options) => receiveAll(parts, events, options),
      noteUnmapped: (unmapped, keepMs) => noteUnmapped(connections.toward(store), store, unmapped, keepMs),
    };
  }

  /** Ends what takes events here. */
  protected override async stopSources(): Promise<void> {
    await Promise.all([super.stopSources(), ...[...this.#doors].map((door) => door.stop())]);
  }
}
