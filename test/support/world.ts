import type { Redis } from 'ioredis';
import { chunkOf } from '../../src/apply/chunk.ts';
import { LoadedDefinitions } from '../../src/apply/loaded-definitions.ts';
import { ManualClock } from '../../src/clock.ts';
import { planOf, type TriggerNode } from '../../src/match/plan.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { type Firing, parseFiring } from '../../src/model/firing.ts';
import type { Entry } from '../../src/model/intake.ts';
import { deleteDefinition, putDefinition } from '../../src/redis/definitions.ts';
import { requireFormat } from '../../src/redis/format.ts';
import { ENGINE_GROUP, keysOf, prefixesOf } from '../../src/redis/keys.ts';
import { ensureGroup, readNext, readWaiting } from '../../src/redis/log.ts';
import { type Applied, apply } from '../../src/redis/steps/apply.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { type Store, storeOf, storeOfWorker } from '../../src/redis/store.ts';
import type { Chunk } from '../../src/redis/wire.ts';
import { freshNamespace } from './namespace.ts';
import { testClient } from './redis.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

/** When every timeline begins. Tests write seconds after it. */
export const START_MS = Date.parse('2026-03-02T09:00:00Z');

export const ms = (seconds: number): number => START_MS + Math.round(seconds * 1_000);
export const iso = (seconds: number): string => new Date(ms(seconds)).toISOString();
export const seconds = (milliseconds: number): number => (milliseconds - START_MS) / 1_000;

/** Every key an engine may leave for ever; all but the signs of life of its workers. */
export const ENGINE_KEYS: readonly string[] = [
  ...Object.values(keysOf('n')).filter((key) => key !== keysOf('n').workers),
  ...Object.entries(prefixesOf('n'))
    .filter(([name]) => name !== 'worker')
    .map(([, prefix]) => `${prefix}*`),
].map((name) => name.slice('{n}:'.length));

/** What an event is sent with; `t` is `occurred` in seconds, by default the time it is sent. */
export type Sent = {
  id?: string;
  t?: number;
  /** Labels of the resource, or its id alone. */
  resource?: string | Record<string, string>;
  related?: Record<string, string>[];
  follows?: string;
  payload?: Record<string, unknown>;
  chain?: string[];
};

export type WorldOptions = {
  ignored?: readonly string[];
  /** Decisions in the server's time, as in production; what is appended still has the time of `clock`. */
  live?: boolean;
  /** A server of the test's own, for what would disturb other tests. */
  redis?: Redis;
};

/** An engine in virtual time whose steps are called one by one. All times in seconds after START_MS. */
export class World {
  readonly redis: Redis;
  readonly clock = new ManualClock(START_MS);
  readonly namespace: string;
  store: Store;
  readonly definitions: LoadedDefinitions;
  #sent = 0;

  constructor({ ignored = ['prefect.log.write'], live = false, redis = testClient() }: WorldOptions = {}) {
    this.redis = redis;
    this.namespace = freshNamespace({ permanent: ENGINE_KEYS });
    this.store = storeOf(this.namespace, () => (live ? null : this.clock.virtualNowMs()));
    this.definitions = new LoadedDefinitions(this.redis, this.store, new Set(ignored));
  }

  /** One whose namespace is claimed, as a Watchfire or a verb asks for that works on it beside the steps. */
  static async claimed(options: WorldOptions = {}): Promise<World> {
    const world = new World(options);
    await requireFormat(world.redis, world.store);
    return world;
  }

  /** Steps are called as this worker calls them, from here on. */
  as(worker: string): this {
    this.store = storeOfWorker(this.store, worker);
    return this;
  }

  at(time: number): this {
    this.clock.moveTo(ms(time));
    return this;
  }

  async put(document: object): Promise<number> {
    return await putDefinition(this.redis, this.store, parseAutomation(document));
  }

  async remove(id: string): Promise<number> {
    return await deleteDefinition(this.redis, this.store, id);
  }

  /** Appends an event at the present time. @returns the id of its entry */
  async send(name: string, sent: Sent = {}): Promise<string> {
    this.#sent += 1;
    const { id = `e${this.#sent}`, t, resource = 'r', related, follows, payload, chain } = sent;
    return await this.append([
      'data',
      JSON.stringify({
        id,
        event: name,
        resource: typeof resource === 'string' ? { id: resource } : resource,
        ...(related && { related }),
        ...(t !== undefined && { occurred: iso(t) }),
        ...(follows !== undefined && { follows }),
        ...(payload && { payload }),
        ...(chain && { cause_chain: chain }),
      }),
    ]);
  }

  /** Appends an entry with these fields at the present time. */
  async append(fields: string[]): Promise<string> {
    return String(await this.redis.xadd(this.store.keys.events, `${this.clock.nowMs()}-*`, ...fields));
  }

  /** The entries that are not applied yet. */
  async waiting(count = 1_000): Promise<Entry[]> {
    return await readWaiting(this.redis, this.store, count);
  }

  /** Has the group give the next entries to a consumer. */
  async read(consumer = 'c', count = 1_000): Promise<Entry[]> {
    await ensureGroup(this.redis, this.store.keys.events, ENGINE_GROUP);
    return await readNext(this.redis, this.store, consumer, count, null);
  }

  /** Matches entries against the present definitions. */
  async chunk(entries: readonly Entry[]): Promise<Chunk> {
    await this.definitions.refresh();
    return chunkOf(entries, this.definitions.view, new Map());
  }

  /** Applies one chunk: these entries, or all that wait. */
  async apply(entries?: readonly Entry[]): Promise<Applied> {
    return await apply(this.redis, this.store, await this.chunk(entries ?? (await this.waiting())));
  }

  /** Applies until the log is empty. @returns the words of all entries, in order */
  async drain(): Promise<string[]> {
    const words: string[] = [];
    for (let entries = await this.waiting(); entries.length > 0; entries = await this.waiting()) {
      const applied = await this.apply(entries);
      if (applied.word !== 'applied' && applied.word !== 'more-due')
        throw new Error(`${applied.word} ${applied.error}`);
      words.push(...applied.words);
    }
    return words;
  }

  /** One event from sending to its effect. @returns the words of it */
  async meet(name: string, sent: Sent = {}): Promise<string> {
    await this.send(name, sent);
    return (await this.drain()).join(' | ');
  }

  async settle(): Promise<void> {
    while ((await settle(this.redis, this.store)).word === 'more-due');
  }

  async firings(): Promise<Firing[]> {
    const entries = await this.redis.xrange(this.store.keys.firings, '-', '+');
    return entries.map(([, fields]) => parseFiring(fields));
  }

  /** The ledger as people would tell it: `automation state@seconds key event`, `#k` of a reminder, and what was collected. */
  async told(): Promise<string[]> {
    return (await this.firings()).map(tell);
  }

  async state(): Promise<Snapshot> {
    return await snapshot(this.redis, this.namespace);
  }

  /** The trigger at a place of an automation that stands in Redis. */
  async node(id: string, path = ''): Promise<TriggerNode> {
    const [document, plan] = await Promise.all([
      this.redis.hget(this.store.keys.automations, id),
      this.redis.hget(this.store.keys.plans, id),
    ]);
    const stored = JSON.parse(plan ?? 'null');
    const found = planOf(parseAutomation(JSON.parse(document ?? '')), stored.revision, stored).nodes.find(
      (node) => node.path === path,
    );
    if (!found) throw new Error(`${id} has no trigger at ${path}`);
    return found;
  }
}

function tell(firing: Firing): string {
  const { automation, state, triggered, labels, event, children, reminder, collected, counted } = firing;
  const key = Object.values(labels).join('+');
  const parts = [automation, `${state.toLowerCase()}@${seconds(triggered)}`, key, event?.id ?? '-'];
  if (children.length > 0) parts.push(`(${children.map((child) => child.path).join(' ')})`);
  if (reminder !== undefined) parts.push(`#${reminder}`);
  if (collected) parts.push(`[${collected.map(({ id }) => id).join(' ')}] of ${counted}`);
  return parts.filter((part) => part !== '').join(' ');
}
