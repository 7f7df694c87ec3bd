import { reasonOf } from '../errors.ts';
import type { ReplayProgress } from '../replay/recorded.ts';
import { Scratch } from '../simulation/scratch.ts';
import type { ScratchEngine } from '../simulation/scratch-engine.ts';
import { type ScratchServer, scratchServer } from '../simulation/scratch-server.ts';
import { ConsoleRefusal } from './refusal.ts';
import { Turns } from './turns.ts';

/** Replays that wait at a time: each holds a core of the machine, so one runs after the other. */
const WAITING = 8;

/** How long the private Redis of replays stays when nothing is replayed. */
const IDLE_MS = 60_000;

/** An engine for a partition by its name, '' where there are none. */
export type EngineFor = (part: string) => ScratchEngine;

/**
 * Decides logs once more, on a private Redis that is started for it and goes when it is idle: one replay at a time, and none in the engine
 * that is looked at.
 */
export class Replays {
  /** How far replays are that a page asks about, by the names that pages gave them. */
  readonly progress = new Map<string, ReplayProgress>();
  readonly #url: string | undefined;
  #server: Promise<ScratchServer> | null = null;
  readonly #turns = new Turns(WAITING, 'replays wait');
  #idle: NodeJS.Timeout | null = null;

  /** @param url a Redis to replay on in the place of a private one */
  constructor(url?: string) {
    this.#url = url;
  }

  /**
   * Runs one replay when those before it are done.
   * @param signal aborted: it ends, or never begins
   * @throws ConsoleRefusal where too many wait, or no Redis can be started
   */
  async run<T>(signal: AbortSignal, use: (engineFor: EngineFor) => Promise<T>): Promise<T> {
    try {
      return await this.#turns.take(signal, async () => await this.#replay(signal, use));
    } finally {
      if (this.#turns.isIdle) this.#stopLater();
    }
  }

  /** Ends the private Redis. */
  async close(): Promise<void> {
    this.#turns.close();
    if (this.#idle !== null) clearTimeout(this.#idle);
    const server = this.#server;
    this.#server = null;
    await (await server?.catch(() => null))?.stop();
  }

  async #replay<T>(signal: AbortSignal, use: (engineFor: EngineFor) => Promise<T>): Promise<T> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#server ??= scratchServer(this.#url, '--scratch URL');
    const { url } = await this.#server.catch((error: unknown) => {
      this.#server = null;
      throw new ConsoleRefusal(503, `nothing can be replayed: ${reasonOf(error)}`);
    });
    const scratch = await Scratch.open({ url }, signal);
    try {
      return await use((part) => scratch.engine(`replay-${part}`, 0));
    } finally {
      await scratch.close();
    }
  }

  #stopLater(): void {
    const stop = (): void => {
      const server = this.#server;
      this.#server = null;
      server?.then((one) => one.stop()).catch(() => undefined);
    };
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(stop, IDLE_MS);
    this.#idle.unref();
  }
}
