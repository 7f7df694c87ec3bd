import type { Redis } from 'ioredis';
import { isAfter } from '../../../src/redis/log.ts';
import type { StoredEvent } from './firings.ts';

/** The stream of Prefect's messages, and the group of its service that evaluates triggers. */
const STREAM = 'events';
const GROUP = 'reactive-triggers';

/** More than any run has pending. */
const PAGE = 1_000;

/**
 * Sees which events Prefect's own evaluation failed at, as its database is locked at times, so that it evaluated them again: it takes them
 * once more, or acknowledges them behind newer ones.
 */
export class Redelivered {
  readonly ids = new Set<string>();
  readonly #redis: Redis;
  readonly #seen: Promise<Redis>;
  #newest = '0-0';

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#seen = redis.monitor();
    void this.#seen.then((monitor) => monitor.on('monitor', (_, args: string[]) => this.#see(args)));
  }

  async stop(): Promise<void> {
    (await this.#seen).disconnect();
  }

  /** Whether Prefect has evaluated all that is in its stream. */
  async isDone(): Promise<boolean> {
    const groups = (await this.#redis.xinfo('GROUPS', STREAM)) as unknown[][];
    const facts = groups.map((flat) => new Map(flat.flatMap((name, i) => (i % 2 ? [] : [[name, flat[i + 1]]]))));
    const group = facts.find((one) => one.get('name') === GROUP);
    return group !== undefined && group.get('lag') === 0 && group.get('pending') === 0;
  }

  #see([command = '', stream, group, ...entries]: readonly string[]): void {
    if (stream !== STREAM || group !== GROUP) return;
    // What was claimed is seen before it is evaluated again.
    if (command.toLowerCase() === 'xautoclaim') void this.#look();
    if (command.toLowerCase() !== 'xack') return;
    const late = entries.filter((entry) => isAfter(this.#newest, entry));
    for (const entry of entries) if (isAfter(entry, this.#newest)) this.#newest = entry;
    for (const entry of late) void this.#add(entry);
  }

  async #look(): Promise<void> {
    const pending = (await this.#redis.xpending(STREAM, GROUP, '-', '+', PAGE)) as [string, string, number, number][];
    for (const [entry, , , deliveries] of pending) if (deliveries > 1) await this.#add(entry);
  }

  async #add(entry: string): Promise<void> {
    const [found] = await this.#redis.xrange(STREAM, entry, entry);
    const data = found?.[1][found[1].indexOf('data') + 1];
    if (data !== undefined) this.ids.add((JSON.parse(data) as StoredEvent).id);
  }
}
