import type { Redis } from 'ioredis';
import { InvalidDocument } from '../errors.ts';
import type { SourceNote } from '../model/known-source.ts';
import type { Durability } from '../redis/durability.ts';
import { readFed } from '../redis/fed.ts';
import { engineTimeMs, serverTimeMs } from '../redis/server-time.ts';
import { announceSource, beginAt, claimStream, noteSource, type PlaceInSource, placeIn } from '../redis/sources.ts';
import { type BringInCall, bringIn } from '../redis/steps/bring-in.ts';
import { openSource } from '../redis/steps/open-source.ts';
import type { Store } from '../redis/store.ts';

export type InletParts = Readonly<{
  name: string;
  /** Its document as all may see it. */
  spec: object;
  /** The key of the stream that it reads; null where it reads none. */
  stream: string | null;
  redis: Redis;
  /** The log that it is brought into. */
  store: Store;
  durability: Durability | null;
  /** Asks for room in the log: null when there is some. @throws Overloaded, here or there */
  admit: (characters: number) => Promise<void> | null;
}>;

/** What one call brings in behind the present place. `characters`: of all its texts. */
export type Inflow = Omit<BringInCall, 'source' | 'from'> & Readonly<{ characters: number }>;

/** The way of one source into the log: knows the place in it, and what may be promised. */
export class Inlet {
  readonly #parts: InletParts;
  #at: PlaceInSource | null = null;
  #announced = false;
  #paused = false;
  #promise: Readonly<{ place: string; fedId: string; reachedMs: number }> | null = null;

  constructor(parts: InletParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  /** Whether the last call found the source paused. */
  get isPaused(): boolean {
    return this.#paused;
  }

  /** What may be promised of the source (src/services/source-marks.ts). */
  get promise(): Readonly<{ place: string; fedId: string; reachedMs: number }> | null {
    return this.#promise;
  }

  /**
   * Up to where the source is brought in; null where nobody began it.
   * @throws InvalidDocument where the place is one in another stream: entries of this one would be passed over in silence
   */
  async place(): Promise<PlaceInSource | null> {
    const { redis, store, name, spec, stream } = this.#parts;
    if (this.#at !== null) return this.#at;
    if (stream !== null) {
      const known = await claimStream(redis, store, name, stream);
      if (known !== stream) {
        const advice = `give the source another name, or say where it goes on by "watchfire sources seek ${name}"`;
        throw new InvalidDocument('stream', `is not ${known}, in which ${name} was read up to now: ${advice}`, stream);
      }
    }
    if (!this.#announced) {
      await announceSource(redis, store, name, spec);
      this.#announced = true;
    }
    const found = await placeIn(redis, store, name);
    if (found === null || found.open) {
      this.#at = found;
      return found;
    }
    await openSource(redis, store, { source: name, from: '0-0' });
    this.#at = await placeIn(redis, store, name);
    return this.#at;
  }

  /** The id by which the log knows its last entry of the source; null where it is not open. */
  async mark(): Promise<string | null> {
    const { redis, store, name } = this.#parts;
    const fed = await readFed(redis, store, name);
    return fed?.open ? fed.mark : null;
  }

  /** Whether somebody had the source go on elsewhere since the place was read. */
  async wasSought(): Promise<boolean> {
    const { redis, store, name } = this.#parts;
    const at = this.#at;
    return at !== null && (await placeIn(redis, store, name))?.sought !== at.sought && this.#at?.sought === at.sought;
  }

  /** Forgets the place, which `seek` may have moved: the next call reads it from Redis. A promise stays, since it names the place that it was made for. */
  rereadPlace(): void {
    this.#at = null;
  }

  /** What is known of the place may be of another server. */
  forgetPlace(): void {
    this.#at = null;
    this.#promise = null;
  }

  /** Begins a source at a place, unless somebody did before. `reachedMs`: what arrived there before is not wanted. */
  async begin({
    place,
    read,
    reachedMs,
  }: Readonly<{ place: string; read: number | null; reachedMs: number }>): Promise<PlaceInSource> {
    const { redis, store, name } = this.#parts;
    await beginAt(redis, store, name, { place, read });
    await openSource(redis, store, { source: name, from: `${reachedMs}-0` });
    this.forgetPlace();
    return (await this.place()) ?? { place, read, fedId: `${reachedMs}-0`, open: true, toldMs: reachedMs, sought: 0 };
  }

  /**
   * Brings in what stands behind the place.
   * @returns false where it is paused, or another program was faster: then the place is asked for anew
   * @throws Overloaded
   */
  async bring({ characters, ...call }: Inflow): Promise<boolean> {
    const { redis, store, name, admit } = this.#parts;
    const at = await this.place();
    if (at === null) return false;
    if (call.entries.length > 0) await admit(characters);
    const { word, place, fedId } = await bringIn(redis, store, { source: name, from: at.place, ...call });
    this.#paused = word === 'paused';
    if (word !== 'brought') {
      if (word !== 'paused') this.forgetPlace();
      return false;
    }
    this.#at = { ...at, place, fedId, read: call.read ?? null };
    return true;
  }

  /** All that arrived in the source before is in the log. */
  reached(reachedMs: number): void {
    if (this.#at === null) return;
    const { place, fedId } = this.#at;
    this.#promise = { place, fedId, reachedMs };
  }

  /** Notes how the source is. */
  async note(note: Omit<SourceNote, 'atMs'>): Promise<void> {
    const { redis, store, name } = this.#parts;
    await noteSource(redis, store, name, { ...note, atMs: await serverTimeMs(redis) });
  }

  /** The time of the engine's Redis, in ms. */
  async nowMs(): Promise<number> {
    const { redis, store } = this.#parts;
    return await engineTimeMs(redis, store);
  }

  /** Resolves when what was brought in is as durable as the settings ask. */
  async barrier(): Promise<void> {
    await this.#parts.durability?.barrier();
  }
}
