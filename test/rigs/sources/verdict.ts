import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import { parseFiring } from '../../../src/model/firing.ts';
import type { Store } from '../../../src/redis/store.ts';
import type { ShopStream } from './shops.ts';

const PAGE = 5_000;

/** All entries of a stream, in order. */
async function* entriesOf(redis: Redis, key: string): AsyncGenerator<[id: string, fields: string[]]> {
  let from = '-';
  for (;;) {
    const page = await redis.xrange(key, from, '+', 'COUNT', PAGE);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    from = `(${last[0]}`;
  }
}

/** What each source brought, by its name: ids in the stream, in the order of the log. */
async function broughtIn(redis: Redis, store: Store): Promise<Map<string, string[]>> {
  const brought = new Map<string, string[]>();
  for await (const [, [form, from = '']] of entriesOf(redis, store.keys.events)) {
    if (form !== 'fed') continue;
    const [name = '', id = ''] = from.split(' ');
    const ids = brought.get(name);
    if (ids === undefined) brought.set(name, [id]);
    else ids.push(id);
  }
  return brought;
}

export type Fired = Readonly<{ each: string[]; unpaid: string[] }>;

/** The keys of the firings of both automations, in order of text, of all partitions. */
export async function firedIn(redis: Redis, stores: readonly Store[]): Promise<Fired> {
  const fired: Fired = { each: [], unpaid: [] };
  for (const store of stores) {
    for await (const [, fields] of entriesOf(redis, store.keys.firings)) {
      const { automation, labels } = parseFiring(fields);
      fired[automation === 'each' ? 'each' : 'unpaid'].push(labels.id ?? '');
    }
  }
  fired.each.sort();
  fired.unpaid.sort();
  return fired;
}

/** How many firings there have to be. */
export function wantedFirings(shops: readonly ShopStream[]): number {
  return shops.reduce((sum, { paid, unpaid }) => sum + paid.length + unpaid.length, 0);
}

/** Each entry of each stream once and in its order, with all that did not map as dead letters. */
export async function checkLog(redis: Redis, store: Store, shops: readonly ShopStream[]): Promise<void> {
  const brought = await broughtIn(redis, store);
  for (const { name, events } of shops) {
    const found = brought.get(name) ?? [];
    assert.equal(
      found.length,
      events.length,
      `${name}: ${found.length} events in the log, ${events.length} in the stream`,
    );
    const at = events.findIndex((id, i) => id !== found[i]);
    assert.equal(at, -1, `${name}: event ${at} is ${found[at]}, not ${events[at]}`);
  }
  const letters: string[] = [];
  for await (const [, fields] of entriesOf(redis, store.keys.dead)) letters.push(fields[3] ?? '');
  const wanted = shops.flatMap((shop) => shop.letters.map((id) => `${shop.name} ${id}`));
  assert.deepEqual(letters.sort(), wanted.sort());
}

/** Every payment fired, and every order without one, and nothing else. */
export async function checkFirings(
  redis: Redis,
  stores: readonly Store[],
  shops: readonly ShopStream[],
): Promise<void> {
  const { each, unpaid } = await firedIn(redis, stores);
  const isPaid = new Set(shops.flatMap(({ paid }) => paid));
  const wrong = unpaid.filter((order) => isPaid.has(order));
  assert.deepEqual(wrong, [], `${wrong.length} absences of orders that were paid`);
  assert.deepEqual(unpaid, shops.flatMap((shop) => shop.unpaid).sort());
  assert.deepEqual(each, [...isPaid].sort());
}
