import type { RedisOptions } from 'ioredis';
import type { AutomationDocument } from '../documents/given.ts';
import { InvalidDocument } from '../errors.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { START_MS } from '../model/test-file.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import { PROGRAM_ADVICE } from '../redis/open.ts';
import { Scratch } from './scratch.ts';
import { type ScratchServer, scratchServer } from './scratch-server.ts';
import { TestEngine } from './test-engine.ts';

/** Where the engines of tests run. */
export type TestServerOptions = Readonly<{
  /** URL of a Redis to use, with its password; what is put there is removed. Without it a private one is started, and gone at the end */
  redis?: string;
  /** With a URL that begins with rediss: what Node's TLS takes */
  tls?: RedisOptions['tls'];
}>;

/** What an engine of a test begins with. */
export type TestEngineOptions = Readonly<{
  /** Automations as documents, or paths of YAML or JSON files that hold them, from the working directory */
  automations?: readonly (AutomationDocument | string)[];
  /** When its time begins, ISO 8601. Default: "2026-01-01T00:00:00Z" */
  start?: string;
  /** Times with a deadline that may lie on the way of one `at`: some seconds of work. Default: 10,000 */
  mostDeadlines?: number;
}>;

/** `read`: the automations of a file, or an InvalidDocument. `alone`: the server ends with its first engine. */
export type TestServerParts = Readonly<{ read: (file: string) => Promise<readonly Automation[]>; alone?: boolean }>;

/** One private Redis for the engines of any number of tests: to start it takes some 50 ms, an engine a few. */
export class TestServer {
  readonly #server: ScratchServer;
  readonly #scratch: Scratch;
  readonly #how: TestServerParts;
  #engines = 0;
  #closed: Promise<void> | undefined;

  private constructor(server: ScratchServer, scratch: Scratch, how: TestServerParts) {
    this.#server = server;
    this.#scratch = scratch;
    this.#how = how;
  }

  /** Programs call `testServer`. */
  static async start({ redis, tls }: TestServerOptions, parts: TestServerParts): Promise<TestServer> {
    const server = await scratchServer(redis, "redis: 'redis://:PASSWORD@host:port'");
    try {
      const place = { url: server.url, advice: PROGRAM_ADVICE, ...(tls && { tls }) };
      return new TestServer(server, await Scratch.open(place, new AbortController().signal), parts);
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  /**
   * An engine with state of its own. Those of one server share nothing but the server.
   * @throws InvalidDocument naming what is wrong with an automation, or with `start`
   */
  async engine({ automations = [], start, mostDeadlines }: TestEngineOptions = {}): Promise<TestEngine> {
    const startMs = start === undefined ? START_MS : parseTimestamp(start);
    if (startMs === undefined || startMs < 0) throw new InvalidDocument('start', 'must be a timestamp', start);
    if (mostDeadlines !== undefined && !(Number.isSafeInteger(mostDeadlines) && mostDeadlines > 0)) {
      throw new InvalidDocument('mostDeadlines', 'must be a whole number from 1 on', mostDeadlines);
    }
    const parsed = await Promise.all(
      automations.map((given) => (typeof given === 'string' ? this.#how.read(given) : [parseAutomation(given)])),
    );
    this.#engines += 1;
    const name = `${this.#engines}-`;
    const remove = async (): Promise<void> => {
      await (this.#how.alone ? this.close() : this.#scratch.remove(name));
    };
    const engine = new TestEngine(this.#scratch, `${name}engine`, startMs, remove, mostDeadlines);
    await engine.putParsed(parsed.flat());
    return engine;
  }

  /** Ends the private Redis; on another one, removes what engines left there. */
  async close(): Promise<void> {
    this.#closed ??= this.#end();
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #end(): Promise<void> {
    try {
      await this.#scratch.close();
    } finally {
      await this.#server.stop();
    }
  }
}
