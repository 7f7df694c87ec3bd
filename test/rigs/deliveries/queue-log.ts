import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** Entries read at a time, and the wait where there are none. */
const PAGE = 1_000;
const IDLE_MS = 50;

/** What BullMQ says of the jobs of a queue, read on as it is written: its own log keeps the last ten thousand entries. */
export class QueueLog {
  readonly completed = new Set<string>();
  readonly failed = new Set<string>();
  /** Jobs whose program gave no sign for too long, so that another took them. */
  readonly stalled = new Set<string>();
  /** Why tries failed, of each job that is completed. */
  readonly reasons = new Map<string, readonly string[]>();
  readonly #redis: Redis;
  readonly #queue: string;
  #from = '0-0';
  #reading: Promise<void> | null = null;
  #stopped = false;

  /** @param redis a connection of its own, which `stop` ends @param queue what the keys of the queue begin with */
  constructor(redis: Redis, queue: string) {
    this.#redis = redis;
    this.#queue = queue;
  }

  /** How many jobs whose ids begin so are completed, or failed for good. */
  ended(prefix: string): number {
    return [...this.completed, ...this.failed].filter((job) => job.startsWith(prefix)).length;
  }

  start(): void {
    this.#reading = this.#read();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reading;
    this.#redis.disconnect();
  }

  async #read(): Promise<void> {
    while (!this.#stopped) {
      const page = await this.#redis.xrange(`${this.#queue}:events`, `(${this.#from}`, '+', 'COUNT', PAGE);
      const completed = page.flatMap(([id, fields]) => {
        this.#from = id;
        return this.#take(fields);
      });
      await Promise.all(completed.map((job) => this.#readReasons(job)));
      if (page.length < PAGE) await pause(IDLE_MS);
    }
  }

  /** The thousand newest completed jobs are kept, so they can be read for a while. */
  async #readReasons(job: string): Promise<void> {
    const text = await this.#redis.hget(`${this.#queue}:${job}`, 'stacktrace');
    this.reasons.set(job, JSON.parse(text ?? '[]') as string[]);
  }

  /** @returns the job that was completed, if that is what the entry says */
  #take(fields: readonly string[]): string[] {
    const of = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
    const [word, job] = [of('event'), of('jobId')];
    if (word === 'completed') this.completed.add(job);
    else if (word === 'failed') this.failed.add(job);
    else if (word === 'stalled') this.stalled.add(job);
    return word === 'completed' ? [job] : [];
  }
}
