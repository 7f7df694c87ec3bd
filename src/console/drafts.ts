import { Worker } from 'node:worker_threads';
import type { Automation } from '../model/automation.ts';
import type { DraftAsked, DraftSaid, TextDraft } from './desk.ts';
import { ConsoleRefusal } from './refusal.ts';
import { Turns } from './turns.ts';

/**
 * Longest that a text is read. The largest honest one, of some 1,500 automations in 100,000 characters, takes half a second of a core; one
 * that is made to be slow took six, and whoever reads next waits for it.
 */
const DRAFT_MS = 2_000;

/** Texts that wait at a time: they are read one after the other, so that they take one core of the machine. */
const WAITING = 16;

/** How long the thread stays when nothing is read: to start it takes half a second, and it holds some 80 MB. */
const IDLE_MS = 60_000;

/** Memory of the thread: a text of 100,000 characters takes less than a third of it. */
const HEAP_MB = 384;

const TOO_LONG = `cannot be read within ${DRAFT_MS / 1_000} s, so it has too many keys, aliases, entries or mistakes, or this machine is busy: check it in parts, or by: watchfire check FILE`;

/** The thread of a reader. `ready`: its program is loaded. */
type Thread = Readonly<{ worker: Worker; ready: Promise<unknown> }>;

export type DraftsOptions = Readonly<{ limitMs?: number }>;

/**
 * Reads texts of automations in a thread of its own, one at a time: a text that takes long to read keeps no other request waiting, nor an
 * engine that runs beside the console. What takes too long ends with its thread.
 */
export class Drafts {
  readonly #program: URL;
  readonly #limitMs: number;
  readonly #turns = new Turns(WAITING, 'texts wait to be read');
  #thread: Thread | null = null;
  #idle: NodeJS.Timeout | null = null;

  /** @param program what runs in the thread: it says `ready`, and then answers one text after the other */
  constructor(program: URL, { limitMs = DRAFT_MS }: DraftsOptions = {}) {
    this.#program = program;
    this.#limitMs = limitMs;
  }

  /**
   * Reads a text beside the automations that stand there.
   * @param signal aborted: it is not read any more, where it still waits
   * @throws ConsoleRefusal where it takes too long, or too many wait
   */
  async read(text: string, stored: readonly Automation[], signal: AbortSignal): Promise<TextDraft> {
    try {
      return await this.#turns.take(signal, async () => await this.#answer(text, stored));
    } finally {
      if (this.#turns.isIdle) this.#endLater();
    }
  }

  /** Ends the thread, and what it reads. */
  async close(): Promise<void> {
    this.#turns.close();
    if (this.#idle !== null) clearTimeout(this.#idle);
    await this.#end();
  }

  async #answer(text: string, stored: readonly Automation[]): Promise<TextDraft> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    const { worker, ready } = this.#started();
    worker.ref();
    try {
      await ready;
      return await answerOf(worker, text, stored, this.#limitMs);
    } catch (error) {
      // What the thread does now, and for how long, is not known.
      await this.#end();
      if (this.#turns.isClosed) throw new ConsoleRefusal(499, 'given up');
      throw error;
    } finally {
      // The thread alone keeps no process alive.
      worker.unref();
    }
  }

  #started(): Thread {
    if (this.#thread !== null) return this.#thread;
    const thread = started(this.#program);
    this.#thread = thread;
    thread.worker.once('exit', () => {
      if (this.#thread === thread) this.#thread = null;
    });
    return thread;
  }

  async #end(): Promise<void> {
    const thread = this.#thread;
    this.#thread = null;
    await thread?.worker.terminate();
  }

  #endLater(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => void this.#end(), IDLE_MS);
    this.#idle.unref();
  }
}

function started(program: URL): Thread {
  // It reads texts, and needs nothing of this process: neither its environment, which may hold passwords, nor its options.
  const worker = new Worker(program, { env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
  // An error that nobody waits for only ends the thread.
  worker.on('error', () => undefined);
  return { worker, ready: heard(worker, (said) => (said === 'ready' ? true : null)) };
}

async function answerOf(
  worker: Worker,
  text: string,
  stored: readonly Automation[],
  limitMs: number,
): Promise<TextDraft> {
  const ask = (asked: DraftAsked): void => worker.postMessage(asked);
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new ConsoleRefusal(422, `text: ${TOO_LONG}`, 'text')), limitMs);
  try {
    const answer = heard(worker, (said) => {
      if (said === 'ready') return null;
      if (said.kind === 'read') return said.draft;
      if (said.kind === 'failed') throw new Error(said.message);
      const [ids, names] = [new Set(said.ids), new Set(said.names)];
      ask({ kind: 'stored', stored: stored.filter(({ id, name }) => ids.has(id) || names.has(name)) });
      return null;
    });
    ask({ kind: 'text', text });
    return await Promise.race([answer, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Listens until a message gives something. @throws what the thread ended with */
async function heard<T>(worker: Worker, take: (said: DraftSaid | 'ready') => T | null): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const message = (said: DraftSaid | 'ready'): void => {
    try {
      const taken = take(said);
      if (taken !== null) resolve(taken);
    } catch (error) {
      reject(error);
    }
  };
  const fail = (error: unknown): void => reject(failure(error));
  const exit = (): void => reject(new ConsoleRefusal(503, 'what reads texts has ended; try again'));
  worker.on('message', message).on('error', fail).on('exit', exit);
  try {
    return await promise;
  } finally {
    worker.off('message', message).off('error', fail).off('exit', exit);
  }
}

function failure(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY') return error;
  return new ConsoleRefusal(422, 'text: needs too much memory to be read: check it in parts', 'text');
}
