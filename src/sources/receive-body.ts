import type { IncomingMessage } from 'node:http';

/** Bytes of bodies that are held at a time: of all sources, and of one, so that a flood of one leaves room for the others. */
const HELD_BYTES = 128_000_000;
const HELD_BYTES_OF_ONE = 32_000_000;

/** Why a body was not read to its end. */
export type Unread = 'too-long' | 'no-room' | 'cut-off';

/** The room for bodies. */
export class BodyRoom {
  readonly #bySource = new Map<string, number>();
  #held = 0;

  /** Reads a body; the caller calls `free` when it is done with it. */
  async read(
    request: IncomingMessage,
    source: string,
    mostBytes: number,
  ): Promise<Readonly<{ body: Buffer; free: () => void }> | Unread> {
    const parts: Buffer[] = [];
    let bytes = 0;
    const free = (): void => this.#give(source, bytes);
    try {
      // A body that is given up must not end its connection: the answer goes out over it.
      for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        if (bytes + part.length > mostBytes) return this.#refuse('too-long', free);
        if (!this.#take(source, part.length)) return this.#refuse('no-room', free);
        bytes += part.length;
        parts.push(part);
      }
    } catch {
      return this.#refuse('cut-off', free);
    }
    if (!request.complete) return this.#refuse('cut-off', free);
    return { body: Buffer.concat(parts), free };
  }

  #refuse(why: Unread, free: () => void): Unread {
    free();
    return why;
  }

  #take(source: string, bytes: number): boolean {
    const held = this.#bySource.get(source) ?? 0;
    if (this.#held + bytes > HELD_BYTES || held + bytes > HELD_BYTES_OF_ONE) return false;
    this.#bySource.set(source, held + bytes);
    this.#held += bytes;
    return true;
  }

  #give(source: string, bytes: number): void {
    this.#held -= bytes;
    const left = (this.#bySource.get(source) ?? 0) - bytes;
    if (left > 0) this.#bySource.set(source, left);
    else this.#bySource.delete(source);
  }
}
