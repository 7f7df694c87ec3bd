import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
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
  readonly #socket: Socket;
  #newest = '0-0';

  /** @param url of the same server, for a connection that is shown all commands: the client's own MONITOR loses its order at times */
  constructor(redis: Redis, url: string) {
    this.#redis = redis;
    const { hostname, port, username, password } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    if (password) this.#socket.write(`AUTH ${username || 'default'} ${decodeURIComponent(password)}\r\n`);
    this.#socket.write('MONITOR\r\n');
    createInterface(this.#socket).on('line', (line) => this.#see(wordsOf(line)));
    this.#socket.on('error', () => undefined);
  }

  stop(): void {
    this.#socket.destroy();
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

/** The words of a command as MONITOR shows it. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word);
}
