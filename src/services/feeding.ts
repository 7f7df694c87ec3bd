import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { LoadedDefinitions } from '../apply/loaded-definitions.ts';
import type { Clock } from '../clock.ts';
import { Loop, type Service } from '../loop.ts';
import { type FeedSource, Routing } from '../match/routing.ts';
import type { Measures } from '../measure/measures.ts';
import { FRONT } from '../model/fed.ts';
import { IGNORED_BY_DEFAULT } from '../model/namespace-settings.ts';
import { GLOBAL_PARTITION, type PartitionLayout, partitionNames } from '../model/partition.ts';
import { at } from '../redis/cluster.ts';
import type { Connections } from '../redis/connection.ts';
import { currentGeneration } from '../redis/definitions.ts';
import type { Durability } from '../redis/durability.ts';
import { partitionStore, type Store } from '../redis/store.ts';
import { type Concern, Feeder, type FeedTarget } from './feeder.ts';
import { Marker } from './marker.ts';

/** Between two looks whether the automations of the global partition have changed: feeds to it wait for that. */
const DEFINITIONS_MS = 100;

export type FeedingParts = Readonly<{
  connections: Connections;
  store: Store;
  /** Of the server of a store; null where nothing is waited for. The same one each time: it has a connection. */
  durability: (store: Store) => Durability | null;
  clock: Clock;
  logger: Logger;
  layout: PartitionLayout;
  /** Where it is seen whether its loops go on. */
  measures?: Measures | undefined;
}>;

/**
 * Feeds some partitions: from the front log, and the global one from all others. Their times go on by it where nothing comes. Any number of
 * workers may feed the same ones.
 */
export class Feeding implements Service {
  readonly #parts: FeedingParts;
  readonly #redis: Redis;
  /** What the global partition wants; null where it is not fed here. */
  readonly #definitions: LoadedDefinitions | null;
  readonly #routing: Routing;
  readonly #services: readonly Service[];

  /** @param names of the partitions that are fed */
  constructor(parts: FeedingParts, names: readonly string[]) {
    const { connections, store, clock, logger, layout, measures } = parts;
    this.#parts = parts;
    this.#redis = connections.redis;
    const feedsGlobal = names.includes(GLOBAL_PARTITION);
    const definitions = feedsGlobal
      ? new LoadedDefinitions(this.#redis, this.#store(GLOBAL_PARTITION), new Set(IGNORED_BY_DEFAULT))
      : null;
    this.#definitions = definitions;
    this.#routing = new Routing(layout, (event) => (definitions?.view.triggers.interested(event).length ?? 0) > 0);
    const targets = names.map((name): FeedTarget => ({ name, store: this.#store(name) }));
    const front = this.#feeder(FRONT, store, targets, 'front');
    const global = targets.filter(({ name }) => name === GLOBAL_PARTITION);
    const sources = partitionNames(layout).filter((name) => feedsGlobal && name !== GLOBAL_PARTITION);
    const forwarding = sources.map((name) => this.#feeder(name, this.#store(name), global, 'partition'));
    const markers = targets.map((target) => {
      const feeders = target.name === GLOBAL_PARTITION ? [front, ...forwarding] : [front];
      return new Marker({ redis: this.#redis, target, feeders, clock, logger, measures });
    });
    const refresh = definitions && this.#refreshing(definitions);
    this.#services = [...(refresh ? [refresh] : []), front, ...forwarding, ...markers];
  }

  /** Loads what the global partition is interested in. */
  async ready(): Promise<void> {
    await this.#definitions?.refresh();
    this.start();
  }

  start(): void {
    for (const service of this.#services) service.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.stop()));
  }

  #feeder(sourceName: string, source: Store, targets: readonly FeedTarget[], from: FeedSource): Feeder {
    const { connections, durability, clock, logger, measures } = this.#parts;
    const targetsOf: Concern = (entry) => ({
      names: this.#routing.targetsOf(entry, from),
      ...(this.#definitions && { generations: { [GLOBAL_PARTITION]: this.#definitions.view.generation } }),
    });
    return new Feeder({
      redis: at(this.#redis, source),
      log: connections.log,
      source,
      sourceName,
      targets,
      targetsOf,
      durability,
      clock,
      logger,
      measures,
    });
  }

  #refreshing(definitions: LoadedDefinitions): Service {
    const { clock, logger, measures } = this.#parts;
    return new Loop({ name: 'definitions of the global partition', clock, logger, measures }, async () => {
      const generation = await currentGeneration(this.#redis, this.#store(GLOBAL_PARTITION));
      if (generation !== definitions.view.generation) await definitions.refresh();
      return DEFINITIONS_MS;
    });
  }

  #store(name: string): Store {
    return partitionStore(this.#parts.store, name);
  }
}
