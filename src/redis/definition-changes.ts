import type { Redis } from 'ioredis';
import { generationIn } from './damage.ts';
import { type Definition, definitionOf } from './definitions.ts';
import type { Store } from './store.ts';
import { IGNORED, ignoredIn } from './stored.ts';
import { execute, insist, withKey } from './transaction.ts';

/** What changed: definitions by id, null for those that are gone. Parsed as they are asked for, since all at once fill a worker's memory. */
export type Changes = Iterable<readonly [id: string, definition: Definition | null]>;

/** What changed after `since`, and the ignored names of then, null for none that stand there. One consistent picture. */
export async function changesSince(
  redis: Redis,
  store: Store,
  since: string,
): Promise<{ generation: string; changed: Changes; ignored: string[] | null }> {
  for (;;) {
    const ids = await redis.zrange(store.keys.changes, `(${since}`, '+inf', 'BYSCORE');
    const { generation, ignored, documents, plans, still } = await readChanged(redis, store, since, ids);
    if (still === ids.length)
      return { generation, ignored, changed: { [Symbol.iterator]: () => parsed(store, ids, documents, plans) } };
  }
}

function* parsed(
  store: Store,
  ids: readonly string[],
  documents: Texts,
  plans: Texts,
): Iterator<readonly [string, Definition | null]> {
  for (const [i, id] of ids.entries()) {
    const [document, plan] = [documents[i], plans[i]];
    if (!document || !plan) yield [id, null];
    else yield [id, definitionOf(store, id, document, plan)];
  }
}

type Texts = (string | null)[];

async function readChanged(
  redis: Redis,
  store: Store,
  since: string,
  ids: string[],
): Promise<{ generation: string; ignored: string[] | null; documents: Texts; plans: Texts; still: number }> {
  const { generation, automations, plans, changes, settings } = store.keys;
  const read = (): Promise<unknown[]> => {
    const transaction = redis.multi().get(generation).zcount(changes, `(${since}`, '+inf').hget(settings, IGNORED);
    if (ids.length > 0) transaction.hmget(automations, ...ids).hmget(plans, ...ids);
    return execute(transaction);
  };
  const types = {
    [generation]: 'string',
    [changes]: 'zset',
    [settings]: 'hash',
    [automations]: 'hash',
    [plans]: 'hash',
  };
  const [at, count, names, documents, found] = await insist(read).catch(async (error: unknown) => {
    throw await withKey(redis, types, error);
  });
  return {
    generation: generationIn(store, at),
    ignored: ignoredIn(names),
    documents: (documents ?? []) as Texts,
    plans: (found ?? []) as Texts,
    still: Number(count),
  };
}
