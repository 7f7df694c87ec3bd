import type { Redis } from 'ioredis';
import type { StoredEvent } from './firings.ts';

/** The stream of Prefect's messages, and the group of its service that evaluates triggers. */
const STREAM = 'events';
const GROUP = 'reactive-triggers';

/** What is pending for longer failed: Prefect takes it again after 5 s. */
const FAILED_MS = 2_000;
const LOOK_MS = 1_000;
const PAGE = 1_000;

/** Sees which events Prefect's own evaluation failed at, as its database is locked at times, so that it evaluated them again behind others. */
export class Redelivered {
  readonly ids = new Set<string>();
  readonly #redis: Redis;
  readonly #looking: NodeJS.Timeout;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#looking = setInterval(() => void this.#look().catch(() => undefined), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#looking);
  }

  /** Whether Prefect has evaluated all that is in its stream. */
  async isDone(): Promise<boolean> {
    const groups = (await this.#redis.xinfo('GROUPS', STREAM)) as unknown[][];
    const facts = groups.map((flat) => new Map(flat.flatMap((name, i) => (i % 2 ? [] : [[name, flat[i + 1]]]))));
    const group = facts.find((one) => one.get('name') === GROUP);
    return group !== undefined && group.get('lag') === 0 && group.get('pending') === 0;
  }

  async #look(): Promise<void> {
    const pending = (await this.#redis.xpending(STREAM, GROUP, 'IDLE', FAILED_MS, '-', '+', PAGE)) as [string][];
    for (const [entry] of pending) {
      const [found] = await this.#redis.xrange(STREAM, entry, entry);
      const data = found?.[1][found[1].indexOf('data') + 1];
      if (data !== undefined) this.ids.add((JSON.parse(data) as StoredEvent).id);
    }
  }
}
