import { expect, test } from 'vitest';
import { ACTIONS_GROUP } from '../../src/redis/keys.ts';
import { forgetRevisions } from '../../src/redis/steps/forget-revisions.ts';
import { redrive } from '../../src/redis/steps/redrive.ts';
import { rejectFiring } from '../../src/redis/steps/reject-firing.ts';
import { adminBeside } from '../support/redis.ts';
import { difference } from '../support/snapshot.ts';
import { automation, watch } from '../support/trigger-kinds.ts';
import { ms, World } from '../support/world.ts';

const DAY = 24 * 3_600;

/** A ledger with its group, and `a` at revisions 1 to 4: put at 0, 10, 20 and 30 s. */
async function ledger({ group = true } = {}) {
  const world = new World();
  const { redis, store } = world;
  const { firings, dead } = store.keys;
  if (group) await redis.xgroup('CREATE', firings, ACTIONS_GROUP, '0', 'MKSTREAM');
  for (const name of ['A', 'B', 'C', 'D']) {
    await world.put(automation(watch, { name }));
    world.at((world.clock.nowMs() - ms(0)) / 1_000 + 10);
  }
  const forget = async (days: number, limit?: number): Promise<string[]> => {
    while ((await forgetRevisions(redis, store, ms(days * DAY), limit)) === 'forgotten');
    const fields = await redis.hkeys(`${store.prefixes.automation}a`);
    return fields.filter((field) => /^\d+$/.test(field)).sort();
  };
  const fire = async (at: number, revision: number): Promise<string> =>
    String(await redis.xadd(firings, `${ms(at)}-0`, 'automation', 'a', 'revision', String(revision)));
  const read = () => redis.xreadgroup('GROUP', ACTIONS_GROUP, 'w', 'STREAMS', firings, '>');
  const finish = (entry: string) => redis.xack(firings, ACTIONS_GROUP, entry);
  const reject = async (entry: string): Promise<string> => {
    await rejectFiring(redis, store.keys, { entry, reason: 'r', error: '' });
    return String((await redis.xrevrange(dead, '+', '-', 'COUNT', 1))[0]?.[0]);
  };
  return { world, forget, fire, read, finish, reject };
}

test('documents that were replaced more than a week ago go, the present one stays', async () => {
  const { world, forget } = await ledger();
  expect(await forget(7)).toEqual(['1', '2', '3', '4']);
  expect(await forget(7 + 25 / DAY)).toEqual(['3', '4']);
  expect(await forget(8)).toEqual(['4']);
  expect((await world.state()).outdated).toBeUndefined();
});

test('where there is no ledger and nothing was replaced, there is nothing to do', async () => {
  const world = new World();
  expect(await forgetRevisions(world.redis, world.store, ms(100 * DAY))).toBe('clean');
  expect(await world.state()).toEqual({});
});

test('all documents of an automation that was deleted go, and nothing is left of it', async () => {
  const { world, forget } = await ledger();
  await world.remove('a');
  expect(await forget(7)).toEqual(['1', '2', '3', '4']);
  expect(await forget(8)).toEqual([]);
  expect(Object.keys(await world.state()).filter((key) => /automation:|outdated/.test(key))).toEqual([]);
});

test('a firing that no relay has read keeps its document and those after it, however old it is', async () => {
  const { forget, fire, read, finish } = await ledger();
  const entry = await fire(15, 2);
  expect(await forget(100)).toEqual(['2', '3', '4']);
  await read();
  expect(await forget(100)).toEqual(['2', '3', '4']);
  await finish(entry);
  expect(await forget(100)).toEqual(['4']);
});

test('a firing that is not acknowledged keeps its document, whatever came after it was', async () => {
  const { forget, fire, read, finish } = await ledger();
  await fire(5, 1);
  const later = await fire(25, 3);
  await read();
  await finish(later);
  expect(await forget(100)).toEqual(['1', '2', '3', '4']);
});

test('a firing in the very millisecond of the change keeps the document before it', async () => {
  const { forget, fire } = await ledger();
  await fire(10, 1);
  expect(await forget(100)).toEqual(['1', '2', '3', '4']);
});

test('without its group nobody knows what was relayed, and nothing goes', async () => {
  const { forget, fire } = await ledger({ group: false });
  await fire(15, 2);
  expect(await forget(100)).toEqual(['1', '2', '3', '4']);
});

/** Days after which whatever was written at the time of this machine lies more than a week back. */
const farAhead = (): number => 100 + (Date.now() - ms(0)) / 1_000 / DAY;

test('a firing among the dead letters keeps its document', async () => {
  const { world, forget, fire, read, reject } = await ledger();
  const entry = await fire(5, 1);
  await read();
  await reject(entry);
  await world.redis.xtrim(world.store.keys.firings, 'MAXLEN', 0);
  expect(await forget(farAhead())).toContain('1');
});

test('a firing that is sent again from there keeps its document as well', async () => {
  const { world, forget, read, finish } = await ledger();
  const fields = JSON.stringify(['automation', 'a', 'revision', '1']);
  const letter = `${ms(6)}-0`;
  const parts = { source: 'firings', entry: `${ms(5)}-0`, reason: 'r', error: '', attempts: '1', fields };
  await world.redis.xadd(world.store.keys.dead, letter, ...Object.entries(parts).flat());
  const { word, entry } = await redrive(world.redis, world.store, letter);
  expect(word).toBe('redriven');
  expect(await forget(100)).toEqual(['1', '4']);
  await read();
  expect(await forget(100)).toEqual(['1', '4']);
  await finish(entry);
  expect(await forget(100)).toEqual(['4']);
});

test('dead letters that were purged keep nothing', async () => {
  const { world, forget, fire, read, reject } = await ledger();
  const entry = await fire(5, 1);
  await read();
  await reject(entry);
  await adminBeside(world.redis).xtrim(world.store.keys.dead, 'MAXLEN', 0);
  expect(await forget(farAhead())).toEqual(['4']);
});

test('one call removes no more than it may, several at once do the same', async () => {
  const { world, forget } = await ledger();
  expect(await forgetRevisions(world.redis, world.store, ms(8 * DAY), 1)).toBe('forgotten');
  expect(Object.keys((await world.state()).outdated ?? {})).toEqual(['2:a', '3:a']);
  await Promise.all([forget(8, 1), forget(8, 1)]);
  expect(await forget(8)).toEqual(['4']);
});

test('it touches nothing but the documents and their list', async () => {
  const { world, forget } = await ledger();
  const before = await world.state();
  await forget(8);
  expect(Object.keys(difference(before, await world.state())).sort()).toEqual(['automation:a', 'outdated']);
});

test('the document of a firing that waits for its time stays until it has gone out', async () => {
  const { world, forget } = await ledger();
  const { needed } = world.store.keys;
  const entry = `${ms(15)}-0`;
  await world.redis.zadd(needed, ms(15), `${entry} h 9 ${entry}`);
  expect(await forget(30)).toEqual(['2', '3', '4']);
  await world.redis.del(needed);
  expect(await forget(30)).toEqual(['4']);
});
