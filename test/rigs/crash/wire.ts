import type { Command, Redis } from 'ioredis';
import { Namer } from './calls.ts';

/**
 * What becomes of a worker at a call. `before`: Redis never gets it, or gets it late. `after`: Redis has carried it out, and the
 * worker does not hear of it, or hears it late. `partly`: those before it in the same bundle are carried out, it is not.
 */
export type Fate = 'kill before' | 'kill after' | 'kill partly' | 'lose reply' | 'delay before' | 'delay after';

/** The call at which it happens: the `nth` of that name (from 1) that the worker makes. */
export type Cut = Readonly<{ point: string; nth: number; fate: Fate }>;

/** Something done at a call, while it is held back. */
export type Prelude = Readonly<{
  point: string;
  /** Or the first one at which this holds. */
  nth: number | (() => boolean);
  act?: () => Promise<void>;
  /** Answered instead of what Redis says. The call is not sent then, but for a transaction, which is on its way by now. */
  refusal?: string;
}>;

export type WireOptions = Readonly<{
  cut?: Cut | null;
  prelude?: Prelude | null;
  /** Ends the process at once; without it the wire only makes sure that Redis never hears of the worker again. */
  end?: () => void;
}>;

/** What of the client is not for everybody. */
type Inner = {
  stream: { destroy(): void; prependOnceListener(event: 'close', listener: () => void): void } | undefined;
  commandQueue: { unshift(item: { command: Command; stream: unknown; select: number }): void };
  condition: { select: number } | undefined;
};

/** One connection of a worker. */
type Line = {
  client: Redis;
  /** Commands that wait to be sent, in order; null: nothing is held back. */
  held: (() => void)[] | null;
  /** Answers that wait to be delivered. */
  late: (() => void)[] | null;
  /** Commands whose answers went down with the connection. */
  lost: { command: Command; stream: unknown }[] | null;
};

type Sent = {
  command: Command;
  stream: unknown;
  send: (stream: unknown) => unknown;
  cut: Fate | null;
  /** To be answered in place of what Redis says. */
  refusal: Error | null;
};

/** All connections of one worker, each call of which can be cut. */
export class Wire {
  readonly #options: WireOptions;
  readonly #namer = new Namer();
  readonly #lines: Line[] = [];
  readonly #known = new WeakSet<Command>();
  /** Calls made so far, by name. */
  readonly calls = new Map<string, number>();
  readonly #hit = Promise.withResolvers<void>();
  /** Of a cut in the middle of a bundle: commands that have no answer yet. */
  #unanswered = 0;
  #dead = false;
  #done = false;
  #prepared = false;

  constructor(options: WireOptions = {}) {
    this.#options = options;
  }

  /** Resolves when the cut has happened. */
  get hit(): Promise<void> {
    return this.#hit.promise;
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Puts a client, and those that are made from it, on the wire. @returns the same client */
  tap(client: Redis): Redis {
    const line: Line = { client, held: null, late: null, lost: null };
    this.#lines.push(line);
    const send = client.sendCommand.bind(client) as (command: Command, stream?: unknown) => unknown;
    client.sendCommand = (command: Command, stream?: unknown) => {
      this.#pass(line, command, stream, (to) => send(command, to));
      return command.promise;
    };
    const duplicate = client.duplicate.bind(client);
    client.duplicate = (override) => this.tap(duplicate(override));
    return client;
  }

  /** Ends all delays. */
  release(): void {
    for (const line of this.#lines) {
      const { held, late } = line;
      line.held = null;
      line.late = null;
      for (const go of [...(late ?? []), ...(held ?? [])]) go();
    }
  }

  /** Nothing more comes from this worker, and nothing reaches it. */
  kill(): void {
    this.#dead = true;
    this.#options.end?.();
    for (const { client } of this.#lines) {
      inner(client).stream?.destroy();
      client.disconnect();
    }
  }

  #pass(line: Line, command: Command, stream: unknown, send: (stream: unknown) => unknown): void {
    if (this.#dead) return;
    // The client sends again what had no answer when the connection broke: that is no call of the worker's.
    const fresh = !this.#known.has(command);
    const name = fresh ? this.#namer.nameOf(line.client, command) : null;
    const nth = name === null ? 0 : this.#count(name);
    const sent: Sent = { command, stream, send, cut: this.#fateOf(name, nth), refusal: null };
    if (fresh) this.#listen(line, sent);
    const prelude = this.#preludeOf(name, nth);
    if (prelude) this.#prepare(line, sent, prelude);
    else this.#orLater(line, () => this.#send(line, sent));
  }

  #preludeOf(name: string | null, nth: number): Prelude | null {
    const { prelude } = this.#options;
    if (!prelude || this.#prepared || name !== prelude.point) return null;
    if (typeof prelude.nth === 'number' ? nth !== prelude.nth : !prelude.nth()) return null;
    this.#prepared = true;
    return prelude;
  }

  #count(name: string): number {
    const nth = (this.calls.get(name) ?? 0) + 1;
    this.calls.set(name, nth);
    return nth;
  }

  #fateOf(name: string | null, nth: number): Fate | null {
    const { cut } = this.#options;
    if (!cut || this.#done || name !== cut.point) return null;
    if (cut.fate === 'kill partly' && nth <= cut.nth) return cut.fate;
    return nth === cut.nth ? cut.fate : null;
  }

  #send(line: Line, sent: Sent): void {
    if (this.#dead) return;
    if (sent.cut === 'kill partly') this.#sendPart(sent);
    else if (sent.cut === 'kill before') this.#happens(() => this.kill());
    else if (sent.cut === 'delay before' && !this.#done) {
      this.#happens(() => {
        line.held = [() => this.#send(line, sent)];
      });
    } else sent.send(sent.stream);
  }

  /** Sends the commands of a bundle one by one, up to the one at which the worker ends. */
  #sendPart({ command, send }: Sent): void {
    const { cut } = this.#options;
    if (this.calls.get(cut?.point ?? '') === cut?.nth) {
      if (this.#unanswered === 0) this.#happens(() => this.kill());
      else this.#done = true;
      return;
    }
    this.#unanswered += 1;
    const answered = (): void => {
      this.#unanswered -= 1;
      if (this.#done && this.#unanswered === 0) this.#happens(() => this.kill());
    };
    command.promise.then(answered, answered);
    send(undefined);
  }

  #prepare(line: Line, sent: Sent, { act, refusal }: Prelude): void {
    const held: (() => void)[] = line.held ?? [];
    line.held = held;
    const answer = refusal === undefined ? null : Object.assign(new Error(refusal), { name: 'ReplyError' });
    void (act?.() ?? Promise.resolve()).then(() => {
      line.held = null;
      if (answer !== null && sent.command.name !== 'exec') sent.command.reject(answer);
      else {
        sent.refusal = answer;
        this.#send(line, sent);
      }
      for (const go of held) this.#orLater(line, go);
    });
  }

  #orLater(line: Line, go: () => void): void {
    if (line.held === null) go();
    else line.held.push(go);
  }

  #listen(line: Line, sent: Sent): void {
    const { command } = sent;
    this.#known.add(command);
    const { resolve, reject } = command;
    command.resolve = (value) => {
      this.#answered(line, sent, () => (sent.refusal === null ? resolve(value) : reject(sent.refusal)));
    };
    command.reject = (error) => {
      // Anything else is not from Redis, but from the client, which has given up.
      if (error.name === 'ReplyError') this.#answered(line, sent, () => reject(error));
      else if (!this.#dead) reject(error);
    };
  }

  #answered(line: Line, { command, stream, cut }: Sent, deliver: () => void): void {
    if (this.#dead) return;
    if (line.lost !== null) line.lost.push({ command, stream });
    else if (line.late !== null) line.late.push(deliver);
    else if (this.#done || cut === null) deliver();
    else if (cut === 'kill after') this.#happens(() => this.kill());
    else if (cut === 'lose reply') this.#happens(() => this.#lose(line, { command, stream }));
    else if (cut === 'delay after') {
      this.#happens(() => {
        line.late = [deliver];
      });
    } else deliver();
  }

  /** Breaks the connection so that the client believes that this answer, and all behind it, had not come yet. */
  #lose(line: Line, first: { command: Command; stream: unknown }): void {
    const { client } = line;
    const lost = [first];
    line.lost = lost;
    const { stream } = inner(client);
    stream?.prependOnceListener('close', () => {
      const { commandQueue, condition } = inner(client);
      for (const item of lost.reverse()) commandQueue.unshift({ ...item, select: condition?.select ?? 0 });
      line.lost = null;
    });
    stream?.destroy();
  }

  #happens(what: () => void): void {
    this.#done = true;
    what();
    this.#hit.resolve();
  }
}

function inner(client: Redis): Inner {
  return client as unknown as Inner;
}
