import type { Event } from '../model/event.ts';
import { decode, type Entry } from '../model/intake.ts';
import { GLOBAL_PARTITION, type PartitionLayout, partitionNames, partitionOf } from '../model/partition.ts';
import { compileLookup, type Keyed, type Lookup } from './labels.ts';

/** Which log an entry is read from: the front log, or that of a partition. */
export type FeedSource = 'front' | 'partition';

/** Tells which partitions an event concerns. */
export class Routing {
  readonly #layout: PartitionLayout;
  readonly #count: number;
  readonly #find: Lookup;
  readonly #interested: (event: Event) => boolean;

  /** @param interested whether an automation of the global partition wants an event */
  constructor(layout: PartitionLayout, interested: (event: Event) => boolean) {
    const { count, by } = layout;
    this.#layout = layout;
    this.#count = count;
    this.#find = compileLookup(by);
    this.#interested = interested;
  }

  /** The partition of an event by the value of its label; an event without it is one of the empty text. */
  partitionOf(event: Keyed): string {
    return String(partitionOf(this.#find(event) ?? '', this.#count));
  }

  /**
   * The partitions that an entry goes on to. From the front log: its own, and the global one where it is wanted there. From a partition: the
   * global one alone; the caller asks for what came to the partition directly, and for its state changes. An entry that cannot be read
   * becomes a dead letter where an event without the label is. What the front log says of its sources concerns all.
   */
  targetsOf(entry: Entry, from: FeedSource): readonly string[] {
    const decoded = decode(entry);
    if (decoded.kind === 'rejected' && decoded.mark && from === 'front') return partitionNames(this.#layout);
    const own = from === 'partition' ? [] : [decoded.kind === 'event' ? this.partitionOf(decoded.event) : this.#lost];
    if (decoded.kind !== 'event' || !this.#interested(decoded.event)) return own;
    return [...own, GLOBAL_PARTITION];
  }

  get #lost(): string {
    return String(partitionOf('', this.#count));
  }
}
