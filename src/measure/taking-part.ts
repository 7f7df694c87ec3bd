/** How long a sign of life of a part is believed: as long as other workers believe it (src/redis/heartbeat.ts). */
const BELIEVED_MS = 10_000;

type PartState = { ready: boolean; seenMs: number | null };

/** Which parts of this process take part in the work: a worker, what carries out actions, and so on, by name. */
export class TakingPart {
  readonly #parts = new Map<string, PartState>();
  #draining = false;

  begin(name: string): void {
    this.#parts.set(name, { ready: false, seenMs: null });
  }

  ready(name: string): void {
    this.#parts.set(name, { ready: true, seenMs: null });
  }

  /** A part gave a sign of life; one that did so once has to go on. */
  seen(name: string, nowMs: number): void {
    const part = this.#parts.get(name);
    if (part) part.seenMs = nowMs;
  }

  /** This process is about to end. */
  drain(): void {
    this.#draining = true;
  }

  /** Why this process does not take part, as a sentence; null when all of these parts do. */
  reason(names: readonly string[], nowMs: number): string | null {
    if (this.#draining) return 'this process is stopping';
    for (const name of names) {
      const part = this.#parts.get(name);
      if (!part?.ready) return `${name} has not started yet`;
      const silentMs = part.seenMs === null ? 0 : nowMs - part.seenMs;
      if (silentMs > BELIEVED_MS) return `${name} gave no sign of life for ${Math.floor(silentMs / 1_000)} s`;
    }
    return null;
  }
}
