import type { Redis } from 'ioredis';
import { allActions, DEFAULT_QUEUE, DELIVERIES, queueOf, queuesOf } from '../model/action.ts';
import type { Automation } from '../model/automation.ts';
import { allDefinitions } from '../redis/definitions.ts';
import { countUndelivered } from '../redis/delivery-records.ts';
import { queuesEverNamed } from '../redis/queues.ts';
import type { Store } from '../redis/store.ts';
import type { Depth, Queues } from './queues.ts';

/** Most queues that are looked at, a few microseconds of Redis each. Those of the automations of now come first. */
const QUEUE_LIMIT = 1_000;

/** Most names in a sentence. */
const NAMES_SHOWN = 10;

/** One queue. `named`: an automation of now puts jobs into it. `attended`: it holds jobs, and a BullMQ worker was there a moment ago. */
export type QueueState = Readonly<{ name: string; depth: Depth; named: boolean; attended: boolean }>;

/** What became of the jobs: of all queues that automations name, and of those that they named once. */
export type QueueStates = Readonly<{
  queues: readonly QueueState[];
  /** Types of the actions whose jobs go to the queue of all types. */
  types: readonly string[];
  /** Deliveries that failed for good, as they are noted: their jobs go before. */
  failedDeliveries: number;
}>;

/** Looks at the queues of a namespace, in some five round trips however many there are. */
export async function readQueueStates(redis: Redis, store: Store, queues: Queues): Promise<QueueStates> {
  const automations = await allDefinitions(redis, store);
  const named = new Set(automations.flatMap(queuesOf).sort());
  const names = [...new Set([...named, DELIVERIES, ...(await queuesEverNamed(redis, store, QUEUE_LIMIT))])].slice(
    0,
    QUEUE_LIMIT,
  );
  const depths = await queues.depths(names);
  const holding = names.filter((name) => unfinished(depths.get(name)) > 0);
  const attended = await queues.attended(holding);
  return {
    queues: [...depths].map(([name, depth]) => ({
      name,
      depth,
      named: named.has(name),
      attended: attended.has(name),
    })),
    types: typesOf(automations),
    failedDeliveries: await countUndelivered(redis, store),
  };
}

/** The queues that automations ever named, the last named first, without a look at the automations. @param limit most queues */
export async function readNamedQueues(
  redis: Redis,
  store: Store,
  queues: Queues,
  limit: number,
): Promise<Pick<QueueStates, 'failedDeliveries'> & { queues: Omit<QueueState, 'named'>[] }> {
  const names = [...new Set([DELIVERIES, ...(await queuesEverNamed(redis, store, limit))])];
  const depths = await queues.depths(names);
  const attended = await queues.attended(names.filter((name) => unfinished(depths.get(name)) > 0));
  return {
    queues: [...depths].map(([name, depth]) => ({ name, depth, attended: attended.has(name) })),
    failedDeliveries: await countUndelivered(redis, store),
  };
}

/**
 * What a person should know of the jobs, as sentences. `problems`: without anybody doing something they never run, or never again.
 * `warnings`: somebody may have forgotten them.
 */
export function judgeQueues({ queues, types, failedDeliveries }: QueueStates): {
  problems: string[];
  warnings: string[];
} {
  const holding = queues.filter(({ depth }) => unfinished(depth) > 0);
  const alone = holding.filter(({ attended }) => !attended);
  const ofTypes = alone.filter(({ name, named }) => named && name === DEFAULT_QUEUE);
  const undelivered = alone.filter(({ name }) => name === DELIVERIES);
  const unheard = alone.filter(({ name, named }) => named && name !== DEFAULT_QUEUE && name !== DELIVERIES);
  const failed = queues.filter(({ name, depth }) => depth.failed > 0 && name !== DELIVERIES);
  const lost = deliveriesLost({ queues, failedDeliveries });
  return {
    problems: [
      ...about('no BullMQ worker takes the jobs of', unheard, unfinished),
      ...about('nobody carries out actions, start "watchfire actions": jobs wait in', undelivered, unfinished),
      ...about(
        `nobody handles the actions of type ${types.join(', ')}: no BullMQ worker takes the jobs of`,
        ofTypes,
        unfinished,
      ),
      ...about(
        'no automation names these queues any more and no BullMQ worker takes their jobs:',
        alone.filter(({ name, named }) => !named && name !== DELIVERIES),
        unfinished,
      ),
      ...(lost === 0
        ? []
        : [
            `deliveries have failed for good: ${lost.toLocaleString('en-US')}, see "watchfire deliveries ls --state failed"`,
          ]),
      ...about('jobs have failed for good in', failed, (depth) => depth?.failed ?? 0),
    ],
    warnings: about(
      'no automation names these queues any more, and jobs are still in them:',
      holding.filter(({ name, named, attended }) => !named && attended && name !== DELIVERIES),
      unfinished,
    ),
  };
}

/** How many deliveries failed for good: as they are noted, or as their queue has them. */
export function deliveriesLost({ queues, failedDeliveries }: Pick<QueueStates, 'queues' | 'failedDeliveries'>): number {
  return Math.max(failedDeliveries, queues.find(({ name }) => name === DELIVERIES)?.depth.failed ?? 0);
}

function about(what: string, queues: readonly QueueState[], count: (depth: Depth) => number): string[] {
  if (queues.length === 0) return [];
  const shown = queues
    .slice(0, NAMES_SHOWN)
    .map(({ name, depth }) => `${name} (${count(depth).toLocaleString('en-US')})`);
  const more = queues.length - shown.length;
  return [`${what} ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

/** Jobs that a worker still has something to do with. */
export function unfinished(depth: Depth | undefined): number {
  return depth === undefined ? 0 : depth.waiting + depth.prioritized + depth.delayed + depth.active;
}

function typesOf(automations: readonly Automation[]): string[] {
  const actions = automations.flatMap(allActions).filter((action) => queueOf(action) === DEFAULT_QUEUE);
  return [...new Set(actions.flatMap(({ type }) => (type === 'queue' ? [] : [type])))].sort().slice(0, NAMES_SHOWN);
}
