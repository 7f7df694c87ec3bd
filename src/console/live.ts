import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Watchfire } from '../engine.ts';
import { liveEvent, liveJob } from '../services/heard.ts';
import type { LiveHeard } from '../services/live.ts';
import { ConsoleRefusal } from './refusal.ts';
import { listOf } from './shapes.ts';

/** People who listen at a time. */
const LISTENERS = 50;

/** How often what was heard is passed on, and how much of it at most: as much as a person sees. */
const TICK_MS = 500;
const NOTES_A_TICK = 150;

/** Bytes that wait for a listener who does not read; then nothing more is said to it. */
const WAITING_BYTES = 1_000_000;

/** What one message of `/api/live` says. */
export const liveShape = z.object({
  // Where there are partitions, the id of an entry begins with its partition. Workers leave that out.
  notes: listOf(z.discriminatedUnion('kind', [liveEvent.extend({ entry: z.string() }), liveJob])),
  more: z.number().describe('Entries that came too fast to be told one by one'),
});

type Note = Extract<LiveHeard, { kind: 'event' | 'job' }>;

/** Listens once to what workers publish, and passes it on to any number of pages. */
export class LiveNews {
  readonly #watchfire: Pick<Watchfire, 'listen'>;
  readonly #listeners = new Set<ServerResponse>();
  #ear: Promise<() => void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #notes: Note[] = [];
  #more = 0;

  constructor(watchfire: Pick<Watchfire, 'listen'>) {
    this.#watchfire = watchfire;
  }

  /** Tells a response from now on, until it is closed. @throws ConsoleRefusal where too many listen */
  async tell(response: ServerResponse): Promise<void> {
    if (this.#listeners.size >= LISTENERS) throw new ConsoleRefusal(503, 'too many listen');
    this.#listeners.add(response);
    response.once('close', () => this.#leave(response));
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
    });
    response.write(': watchfire\n\n');
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS);
    this.#ear ??= this.#watchfire.listen((heard) => this.#hear(heard));
    await this.#ear.catch(() => {
      this.#ear = null;
      response.end();
    });
  }

  close(): void {
    for (const response of this.#listeners) response.end();
    this.#listeners.clear();
    this.#rest();
  }

  #leave(response: ServerResponse): void {
    this.#listeners.delete(response);
    if (this.#listeners.size === 0) this.#rest();
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    const ear = this.#ear;
    this.#ear = null;
    ear?.then((end) => end()).catch(() => undefined);
    this.#notes = [];
    this.#more = 0;
  }

  #hear(heard: readonly LiveHeard[]): void {
    for (const note of heard) {
      if (note.kind === 'more') this.#more += Object.values(note.outcomes).reduce((sum, count) => sum + count, 0);
      else if (note.kind === 'dropped') continue;
      else if (this.#notes.length < NOTES_A_TICK || isFiring(note)) this.#notes.push(note);
      else this.#more += 1;
    }
    // Firings come first, but not without end.
    if (this.#notes.length > 2 * NOTES_A_TICK)
      this.#more += this.#notes.splice(0, this.#notes.length - NOTES_A_TICK).length;
  }

  #tick(): void {
    const text = this.#notes.length === 0 && this.#more === 0 ? ': \n\n' : this.#message();
    for (const response of this.#listeners) {
      if (response.writableLength < WAITING_BYTES) response.write(text);
    }
  }

  #message(): string {
    const message: z.input<typeof liveShape> = { notes: this.#notes, more: this.#more };
    this.#notes = [];
    this.#more = 0;
    return `data: ${JSON.stringify(message)}\n\n`;
  }
}

function isFiring(note: Note): boolean {
  return note.kind === 'event' && note.decisions.some(({ word }) => word === 'fired' || word === 'resolved');
}
