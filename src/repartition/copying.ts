import type { Redis } from 'ioredis';
import type { Part } from '../inspect/parts.ts';
import type { Routing } from '../match/routing.ts';
import type { PartitionLayout } from '../model/partition.ts';
import type { Stage } from '../redis/stage.ts';
import type { Store } from '../redis/store.ts';
import type { MovedDefinitions, MovedRevisions, MovedTrigger } from './definitions.ts';

/**
 * What goes along, in the order in which people read it. `keys`: those with a window, an alert or firings of children. `ids`: remembered
 * ids of events, each once for each partition that remembers it. `times`: keys with times of expected events.
 */
export const MOVED_KINDS = ['automations', 'keys', 'times', 'ids', 'parked', 'entries', 'firings', 'letters'] as const;
export type MovedKind = (typeof MOVED_KINDS)[number];

/** How a namespace is divided, and how it shall be; null without partitions. */
export type Course = Readonly<{ from: PartitionLayout | null; to: PartitionLayout | null }>;

/** Aborted: what was written stays beside the old state, and the next run begins it anew. */
export class CutOff extends Error {}

/** What copying works on. */
export type Copying = Course &
  Readonly<{
    redis: Redis;
    front: Store;
    sources: readonly Part[];
    /** The new state of each target, by its name; `''` for one engine. */
    stages: ReadonlyMap<string, Stage>;
    definitions: MovedDefinitions;
    revisions: MovedRevisions;
    /** The number that a document has there which a source knows by that one. */
    revisionIn: (source: string, automation: string, revision: string) => string;
    /** Of each source: its triggers by the names that it has for them. */
    triggers: ReadonlyMap<string, ReadonlyMap<string, MovedTrigger>>;
    /** Where events go; null for one engine. */
    routing: Routing | null;
    /** Id in the front log up to which all is applied. */
    cut: string;
    /** Notes what was copied. @throws CutOff */
    count: (kind: MovedKind, count: number) => void;
  }>;

/** The stage of a target. */
export function stageOf({ stages }: Pick<Copying, 'stages'>, target: string): Stage {
  const stage = stages.get(target);
  if (!stage) throw new Error(`no target ${target}`);
  return stage;
}

/** Collects by target what is written in one go. */
export function byTarget<T>(): Readonly<{ add: (target: string, one: T) => void; lists: ReadonlyMap<string, T[]> }> {
  const lists = new Map<string, T[]>();
  const add = (target: string, one: T): void => {
    const list = lists.get(target);
    if (list) list.push(one);
    else lists.set(target, [one]);
  };
  return { add, lists };
}
