import { type Sent, World } from './world.ts';

/** How many entries are appended in one go. */
const BATCH = 1_000;

/** An engine in the server's time, on a log whose entries may be as old as a test likes. */
export class LiveWorld extends World {
  /** The server's time when the test began, or another moment that all times of the test are told from. */
  readonly nowMs: number;

  private constructor(nowMs: number) {
    super({ live: true });
    this.nowMs = nowMs;
  }

  /** @param nowMs the moment `sendAt` counts from; by default the present one */
  static async start(nowMs?: number): Promise<LiveWorld> {
    const world = new LiveWorld(nowMs ?? 0);
    if (nowMs !== undefined) return world;
    const [seconds = 0, microseconds = 0] = (await world.redis.time()).map(Number);
    return Object.assign(world, { nowMs: seconds * 1_000 + Math.floor(microseconds / 1_000) });
  }

  /** Appends an event as if it had been sent `afterMs` after `nowMs`. Never goes back. */
  async sendAt(afterMs: number, name: string, sent: Sent = {}): Promise<string> {
    this.clock.moveTo(this.nowMs + afterMs);
    return await this.send(name, { ...sent });
  }

  /** Appends events with these ids, all at one moment. */
  async sendMany(afterMs: number, name: string, ids: readonly string[]): Promise<void> {
    for (let from = 0; from < ids.length; from += BATCH) {
      const pipeline = this.redis.pipeline();
      for (const id of ids.slice(from, from + BATCH)) {
        const document = JSON.stringify({ id, event: name, resource: { id: 'r' } });
        pipeline.xadd(this.store.keys.events, `${this.nowMs + afterMs}-*`, 'data', document);
      }
      await pipeline.exec();
    }
  }
}
