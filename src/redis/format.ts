import type { Redis } from 'ioredis';
import { WrongFormat } from '../errors.ts';
import { type PartitionLayout, parseLayout } from '../model/partition.ts';
import { BeingMoved } from './cannot-migrate.ts';
import { DamagedKey } from './damage.ts';
import { FORMAT } from './keys.ts';
import { isMoveMark } from './move-mark.ts';
import { claimFormat } from './steps/claim-format.ts';
import { partitionStores, type Store } from './store.ts';

/**
 * Makes sure that this version may work on the namespace with all of its partitions, and claims it when it is empty.
 * @returns how it is divided; null without partitions
 * @throws WrongFormat when another version's state is there; then nothing was changed
 */
export async function requireFormat(redis: Redis, store: Store): Promise<PartitionLayout | null> {
  const { word, number } = await claimFormat(redis, store);
  if (word !== 'older' && word !== 'newer') return null;
  const layout = parseLayout(number);
  if (layout === null) {
    refuseMoving(store, number);
    if (number !== null) mustBeNumber(store, number);
    throw new WrongFormat(store.namespace, word, number, FORMAT);
  }
  await Promise.all(partitionStores(store, layout).map((one) => requireFormat(redis, one)));
  return layout;
}

/**
 * The same for a user who only looks, or a server that takes no writes: runs no script and claims nothing. It has to find the same
 * versions as lua/claim-format.lua.
 * @returns how it is divided; null without partitions
 * @throws WrongFormat
 */
export async function requireReadable(redis: Redis, store: Store): Promise<PartitionLayout | null> {
  const { format, position, generation, audit, counters } = store.keys;
  const found = await redis.get(format);
  if (found === FORMAT) return null;
  const layout = parseLayout(found);
  if (layout !== null) {
    await Promise.all(partitionStores(store, layout).map((one) => requireReadable(redis, one)));
    return layout;
  }
  refuseMoving(store, found);
  if (found !== null) {
    mustBeNumber(store, found);
    throw new WrongFormat(store.namespace, writerOf(found), found, FORMAT);
  }
  const traces = await Promise.all([
    redis.get(position),
    redis.get(generation),
    redis.hlen(audit),
    redis.hlen(counters),
  ]);
  if (traces.some((trace) => trace !== null && trace !== 0)) {
    // Somebody may have claimed it between the two looks, and begun.
    const again = await redis.get(format);
    if (again === FORMAT) return null;
    throw new WrongFormat(store.namespace, again === null ? 'older' : writerOf(again), again, FORMAT);
  }
  return null;
}

/** @throws WrongFormat while the namespace is led to other partitions */
function refuseMoving({ namespace }: Store, found: string | null): void {
  if (found !== null && isMoveMark(found)) throw new BeingMoved(namespace, found);
}

/** @throws DamagedKey for what no version writes */
function mustBeNumber({ keys }: Store, found: string): void {
  if (/^\d{1,15}$/.test(leaving(found) ?? found)) return;
  throw new DamagedKey(
    keys.format,
    'holds no number: a worker that runs puts it right, or you by SET to that of your version',
  );
}

/** Which version wrote a number that is not this one's; what is no number was not written by an earlier version. */
function writerOf(found: string): 'older' | 'newer' {
  const number = Number(leaving(found) ?? found);
  return number < Number(FORMAT) ? 'older' : 'newer';
}

/** What `watchfire migrate` writes in the place of the number while it is at work: all versions refuse it. */
export function leavingMark(from: string): string {
  return `leaving ${from}`;
}

/** The number in such a mark; null where it is none. */
export function leaving(found: string): string | null {
  return /^leaving (\d+)$/.exec(found)?.[1] ?? null;
}

/** Asks for one engine: before it looks at state once, before each change anew, since all keys may have been removed meanwhile. */
export class FormatGuard {
  readonly #redis: Redis;
  readonly #store: Store;
  #readable = false;
  #layout: PartitionLayout | null = null;

  constructor(redis: Redis, store: Store) {
    this.#redis = redis;
    this.#store = store;
  }

  /** @returns how the namespace is divided; null without partitions. @throws WrongFormat */
  async toWrite(): Promise<PartitionLayout | null> {
    this.#layout = await requireFormat(this.#redis, this.#store);
    this.#readable = true;
    return this.#layout;
  }

  /** @returns how the namespace is divided; null without partitions. @throws WrongFormat */
  async toRead(): Promise<PartitionLayout | null> {
    if (!this.#readable) this.#layout = await requireReadable(this.#redis, this.#store);
    this.#readable = true;
    return this.#layout;
  }
}
