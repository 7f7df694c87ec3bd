import { Redis } from 'ioredis';
import { Watchfire } from '../../../src/index.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { restrictedUser } from '../../support/restricted.ts';
import { mustHold } from './attack.ts';

export const LARGEST_ID = '18446744073709551615-18446744073709551615';

const EVENTS = '{wf}:events';

/** An engine with a worker, as a producer of few rights sees it. */
export class LogScene {
  readonly watchfire: Watchfire;
  /** All rights. */
  readonly redis: Redis;
  readonly #producer: Redis;
  #probes = 0;

  constructor(watchfire: Watchfire, redis: Redis, producer: Redis) {
    this.watchfire = watchfire;
    this.redis = redis;
    this.#producer = producer;
  }

  /** Appends an entry as the producer. @returns its id */
  async add(fields: readonly (string | Buffer)[], id = '*'): Promise<string> {
    return String(await this.#producer.xadd(EVENTS, id, ...fields));
  }

  /** An event of that name, without an id of its own. */
  async send(name: string, id = '*'): Promise<string> {
    return await this.add(['event', name, 'resource.id', 'r'], id);
  }

  async nowMs(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  /** Sends an honest event and waits until it fires, and with it all that is due. */
  async probe(): Promise<void> {
    this.#probes += 1;
    const id = `probe-${this.#probes}`;
    const sent = ['id', id, 'event', 'probe', 'resource.id', 'r'];
    const found = async (): Promise<boolean> => {
      await this.add(sent).catch(() => undefined);
      return (await this.fired()).includes(`probe ${id}`);
    };
    const fired = await eventually('an honest event fires', found).catch(() => false);
    mustHold('an honest event behind it fires', fired);
  }

  /** What fired, as `automation id-of-the-event`, or `automation` alone. */
  async fired(): Promise<string[]> {
    const firings: string[] = [];
    for (const [, fields] of await this.redis.xrange('{wf}:firings', '-', '+')) {
      const named = new Map(fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? ''] as const] : [])));
      const event: unknown = JSON.parse(named.get('event') || 'null');
      firings.push(`${named.get('automation')} ${(event as { id?: string } | null)?.id ?? ''}`.trim());
    }
    return firings;
  }

  /** How many absences `watch` told. */
  async absences(): Promise<number> {
    return (await this.fired()).filter((line) => line.startsWith('watch')).length;
  }

  async counted(word: string): Promise<number> {
    return Number((await this.redis.hget('{wf}:counters', word)) ?? 0);
  }
}

/** What `watch` is: an absence after ten minutes. */
export const WATCH = {
  id: 'watch',
  name: 'watch',
  trigger: { posture: 'Proactive', after: ['on'], expect: ['off'], within: 600 },
} as const;

const PROBE = { id: 'probe', name: 'probe', trigger: { posture: 'Reactive', expect: ['probe'] } } as const;

/** Plays an attack on an engine that has these automations, and a worker unless `worker` is false. */
export async function logScene(
  automations: readonly object[],
  play: (scene: LogScene) => Promise<string>,
  { worker = true }: { worker?: boolean } = {},
): Promise<string> {
  const server = await PrivateServer.start();
  const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
  const user = await restrictedUser(server.url, 'producer', 'wf');
  const producer = new Redis(user.url, { maxRetriesPerRequest: 1 });
  try {
    for (const automation of [PROBE, ...automations]) await watchfire.put(automation as typeof PROBE);
    if (worker) await watchfire.startWorker();
    return await play(new LogScene(watchfire, server.redis, producer));
  } finally {
    producer.disconnect();
    await watchfire.close();
    await server.remove();
  }
}
