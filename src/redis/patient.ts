import type { Command, Redis } from 'ioredis';

/** Between two attempts of a command that a node does not carry out yet. */
const LATER_MS = 100;

/** What a node says that does not have the key, or takes no writes any more: another one has to be asked. */
const ELSEWHERE = /^(?:MOVED \d+ (?<node>\S+)|READONLY )/;

/** What a node says when the command can be carried out later: nothing of it was done. */
const LATER = /^(?:TRYAGAIN|ASK|CLUSTERDOWN|MASTERDOWN|LOADING) /;

/** By these the client itself begins each connection. */
const HANDSHAKE: ReadonlySet<string> = new Set(['auth', 'hello', 'select', 'client', 'readonly', 'info']);

export type PatientOptions = Readonly<{
  /** How often a command is tried again; without a bound it waits. */
  attempts?: number | undefined;
  /** Called with the node that has the keys, where a node says so. */
  moved?: (node: string) => void;
}>;

/**
 * Has a client of a server that may be replaced wait for the one that takes its place, instead of failing. Commands keep their order: those
 * behind one that waits do so as well. It tells each time by the event `waiting`, with the error.
 */
export function patient(client: Redis, options: PatientOptions = {}): Redis {
  const line = new WaitingLine(client, options);
  client.sendCommand = (command, stream) => line.take(command, stream);
  return client;
}

type Send = Redis['sendCommand'];

/** Commands that wait, in the order in which they were given. */
class WaitingLine {
  readonly #client: Redis;
  readonly #send: Send;
  readonly #attempts: number;
  readonly #moved: (node: string) => void;
  /** The place of each command, and how often it may be tried again. */
  readonly #known = new WeakMap<Command, { readonly place: number; left: number }>();
  readonly #waiting: Command[] = [];
  /** The one that is tried, for all of them. */
  #tried: Command | null = null;
  /** The one whose end is awaited. */
  #awaited: Command | null = null;
  #timer: NodeJS.Timeout | null = null;
  #places = 0;
  #leaving = false;

  constructor(client: Redis, { attempts = Number.POSITIVE_INFINITY, moved = () => undefined }: PatientOptions) {
    this.#client = client;
    this.#send = client.sendCommand.bind(client);
    this.#attempts = attempts;
    this.#moved = moved;
  }

  take(command: Command, stream: Parameters<Send>[1]): unknown {
    const begins = this.#client.status === 'connect' && HANDSHAKE.has(command.name);
    if (begins) return this.#send(command, stream);
    if (!this.#known.has(command)) this.#know(command, stream !== undefined);
    // Commands that belong together are repeated together, by those who sent them.
    if (stream !== undefined || this.#waiting.length === 0 || command === this.#tried)
      return this.#send(command, stream);
    this.#queue(command);
    return command.promise;
  }

  #know(command: Command, together: boolean): void {
    const own = { place: this.#places, left: this.#attempts };
    this.#places += 1;
    this.#known.set(command, own);
    const { reject } = command;
    command.reject = (error) => {
      const elsewhere = ELSEWHERE.exec(error.message);
      if (!elsewhere && !LATER.test(error.message)) return reject(error);
      if (elsewhere?.groups?.node) this.#moved(elsewhere.groups.node);
      if (elsewhere) this.#leave();
      own.left -= 1;
      if (together || own.left <= 0) return reject(error);
      if (!elsewhere) this.#client.emit('waiting', error);
      if (command === this.#tried) this.#tried = null;
      else this.#queue(command);
      this.#timer ??= setTimeout(() => this.#try(), elsewhere ? 0 : LATER_MS);
    };
  }

  /** Connects again, to the node that has the keys now. Commands that come back meanwhile find that under way. */
  #leave(): void {
    if (this.#leaving || this.#client.status !== 'ready') return;
    this.#leaving = true;
    this.#client.once('close', () => {
      this.#leaving = false;
    });
    this.#client.disconnect(true);
  }

  #queue(command: Command): void {
    const place = this.#placeOf(command);
    const at = this.#waiting.findLastIndex((other) => this.#placeOf(other) < place) + 1;
    this.#waiting.splice(at, 0, command);
  }

  #placeOf(command: Command): number {
    return this.#known.get(command)?.place ?? 0;
  }

  /** Sends the first one that waits; when it is done, for better or worse, all others. */
  #try(): void {
    this.#timer = null;
    const [first] = this.#waiting;
    if (first === undefined || this.#tried !== null) return;
    this.#tried = first;
    void this.#send(first);
    if (this.#awaited === first) return;
    this.#awaited = first;
    const done = (): void => {
      this.#tried = null;
      this.#waiting.shift();
      for (const command of this.#waiting.splice(0)) void this.#send(command);
    };
    first.promise.then(done, done);
  }
}
