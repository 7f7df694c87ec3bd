import { type PartitionLayout, partitionNames } from '../model/partition.ts';
import { type Keys, keysOf, type Prefixes, prefixesOf } from './keys.ts';

/**
 * The place of an engine's state and its time: everything that a step needs besides a connection.
 * `virtualNow` answers '' in production, where the server's clock is the only one.
 */
export type Store = Readonly<{
  namespace: string;
  keys: Keys;
  prefixes: Prefixes;
  prefixesJson: string;
  /** What people and `watchfire actions` write: its own, and of partitions the front's, which is in another slot than `keys`. */
  shared: Pick<Keys, 'silences' | 'handlers' | 'deliveries' | 'delivered' | 'undelivered'>;
  virtualNow: () => string;
  /** The partition that this is; '' for an engine without partitions. */
  origin: string;
  /** The worker that works on it, whose firings name it; '' where none does. */
  worker: string;
}>;

/** @param virtualNowMs the time of a simulation; null in production */
export function storeOf(namespace: string, virtualNowMs: () => number | null = () => null): Store {
  const prefixes = prefixesOf(namespace);
  const keys = keysOf(namespace);
  return Object.freeze({
    namespace,
    keys,
    shared: keys,
    prefixes,
    prefixesJson: JSON.stringify(prefixes),
    virtualNow: () => virtualNowMs()?.toString() ?? '',
    origin: '',
    worker: '',
  });
}

/**
 * One partition of the namespace that `front` is of: an engine of its own, in a slot of its own. The jobs of all are in one slot.
 * @param name its number, or `g`
 */
export function partitionStore(front: Store, name: string): Store {
  const store = storeOf(`${front.namespace}.${name}`);
  const prefixes = Object.freeze({ ...store.prefixes, bull: front.prefixes.bull });
  const { shared, virtualNow, worker } = front;
  return Object.freeze({
    ...store,
    shared,
    prefixes,
    prefixesJson: JSON.stringify(prefixes),
    virtualNow,
    origin: name,
    worker,
  });
}

/** All of them, the global one last. */
export function partitionStores(front: Store, layout: PartitionLayout): Store[] {
  return partitionNames(layout).map((name) => partitionStore(front, name));
}

/** The same as one worker has it. */
export function storeOfWorker(store: Store, worker: string): Store {
  return Object.freeze({ ...store, worker });
}
