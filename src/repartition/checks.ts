import type { Redis } from 'ioredis';
import { LoadedDefinitions } from '../apply/loaded-definitions.ts';
import type { Part } from '../inspect/parts.ts';
import { Routing } from '../match/routing.ts';
import { FRONT } from '../model/fed.ts';
import { IGNORED_BY_DEFAULT } from '../model/namespace-settings.ts';
import { GLOBAL_PARTITION, type PartitionLayout } from '../model/partition.ts';
import { CannotRepartition, WorkersAlive } from '../redis/cannot-migrate.ts';
import { currentGeneration } from '../redis/definitions.ts';
import { fedSources } from '../redis/fed.ts';
import { unfinishedOf } from '../redis/groups.ts';
import { liveWorkers } from '../redis/heartbeat.ts';
import { ACTIONS_GROUP } from '../redis/keys.ts';
import { isAfter, readPosition, readWaiting } from '../redis/log.ts';
import { entryPages, fieldsOfHash, lengthOfStream, ownFormsBehind } from '../redis/movable.ts';
import { followedBy } from '../redis/placed.ts';
import type { Store } from '../redis/store.ts';

/** Workers that an error names. */
const NAMED_WORKERS = 10;

/** Entries of the engine's own that may wait in a log. */
const OWN_LIMIT = 100_000;

const LET_RUN = 'let a worker run until "watchfire status" shows that nothing waits, then stop it';

/** @throws WorkersAlive */
export async function refuseWorkers(redis: Redis, front: Store, sources: readonly Part[]): Promise<void> {
  const alive = await Promise.all(
    [front, ...sources.map(({ store }) => store)].map((store) => liveWorkers(redis, store, NAMED_WORKERS)),
  );
  const names = [...new Set(alive.flat().map(({ id }) => id))].slice(0, NAMED_WORKERS);
  if (names.length > 0) throw new WorkersAlive(names, 'repartition');
}

/** That a partition has other automations than are wanted, so that what it keeps may belong to others. */
export function notConverged(name: string): CannotRepartition {
  return new CannotRepartition(`partition ${name} has not taken over the automations of now`, LET_RUN);
}

/** @throws CannotRepartition where a partition has not taken over the definitions of now */
export async function refuseBehind(redis: Redis, front: Store, sources: readonly Part[]): Promise<void> {
  const wanted = await currentGeneration(redis, front);
  for (const { name, store } of sources) if ((await followedBy(redis, store)) !== wanted) throw notConverged(name);
}

/** Refuses what cannot be told apart, or would be done twice, or never. @throws CannotRepartition saying what, and what to do */
export async function refuseUnsettled(redis: Redis, { name, store }: Part): Promise<void> {
  const { keys } = store;
  const where = name === '' ? 'the namespace' : `partition ${name}`;
  const [clock, audit] = await Promise.all([fieldsOfHash(redis, keys.clock), fieldsOfHash(redis, keys.audit)]);
  if (clock.unfinished !== undefined || audit.straight_to !== undefined) {
    throw new CannotRepartition(`${where} is in the midst of a step that takes several calls`, LET_RUN);
  }
  const length = await lengthOfStream(redis, keys.firings);
  const unrelayed = length === 0 ? 0 : await unfinishedOf(redis, keys.firings, ACTIONS_GROUP, length);
  if (unrelayed !== 0) {
    throw new CannotRepartition(`firings of ${where} have no jobs yet (${unrelayed ?? 'some'})`, LET_RUN);
  }
  if (name === '') await refuseReleased(redis, store);
  else if ((await readWaiting(redis, store, 1)).length > 0) {
    throw new CannotRepartition(`entries of ${where} are not applied yet`, `stop what sends, and ${LET_RUN}`);
  }
}

/** An event that has come back to the log of one engine is fed to nobody. */
async function refuseReleased(redis: Redis, store: Store): Promise<void> {
  const forms = await ownFormsBehind(redis, store, await readPosition(redis, store), OWN_LIMIT);
  if (!forms.includes('released')) return;
  throw new CannotRepartition('events that waited for the one they follow are not applied yet', LET_RUN);
}

/**
 * Makes sure that all there is was fed up to the ends of the logs.
 * @param cut the end of the front log
 * @throws CannotRepartition
 */
export async function refuseUnfed(
  redis: Redis,
  {
    front,
    sources,
    layout,
    cut,
  }: Readonly<{ front: Store; sources: readonly Part[]; layout: PartitionLayout; cut: string }>,
): Promise<void> {
  const global = sources.find(({ name }) => name === GLOBAL_PARTITION);
  if (global === undefined) return;
  const definitions = new LoadedDefinitions(redis, global.store, new Set(IGNORED_BY_DEFAULT));
  await definitions.refresh();
  const routing = new Routing(layout, (event) => definitions.view.triggers.interested(event).length > 0);
  for (const { name, store } of sources) {
    const fed = await fedSources(redis, store);
    for (const { source, mark } of fed.filter(({ open }) => open)) {
      const from = sources.find((one) => one.name === source)?.store ?? front;
      const of = source === FRONT ? 'front' : 'partition';
      const end = source === FRONT ? cut : '+';
      for await (const page of entryPages(redis, from.keys.events, end, mark)) {
        const waits = page.some(({ id, fields }) => {
          const entry = { id, fields: fields.map(String) };
          if (of === 'partition' && entry.fields[0] === 'fed') return false;
          return isAfter(id, mark) && routing.targetsOf(entry, of).includes(name);
        });
        if (waits)
          throw new CannotRepartition(
            `entries of ${source === FRONT ? 'the front log' : `partition ${source}`} are not fed to partition ${name} yet`,
            `stop what sends, and ${LET_RUN}`,
          );
      }
    }
  }
}
