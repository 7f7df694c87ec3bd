import { describe, expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { readStatus } from '../../src/inspect/status.ts';
import { gaugeOf } from '../../src/producer/pressure.ts';
import { backlogByBook, backlogByGroup, readRemoved } from '../../src/redis/backlog.ts';
import { audit } from '../../src/redis/steps/audit.ts';
import { storeOf } from '../../src/redis/store.ts';
import { eventually } from '../support/eventually.ts';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';
import { restrictedUser } from '../support/restricted.ts';
import { World } from '../support/world.ts';

const store = storeOf('wf');
const event = { event: 'x', resource: { id: 'r' } };

function engineOn(url: string, settings: ConstructorParameters<typeof Watchfire>[0] = {}): Watchfire {
  const watchfire = new Watchfire({ redis: url, ...settings });
  onTestFinished(() => watchfire.close());
  return watchfire;
}

/** A server that took over from one on which so many events were applied, and on which nobody works yet. */
async function heirOf(applied: number): Promise<PrivateRedis> {
  const [primary, heir] = await Promise.all([privateRedis(), privateRedis()]);
  await heir.follow(primary);
  const watchfire = engineOn(primary.url);
  await watchfire.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
  const worker = await watchfire.startWorker();
  for (let n = 0; n < applied; n += 1) await watchfire.emit(event);
  const done = async (): Promise<boolean> => (await readStatus(primary.redis, store)).unrelayed === 0;
  await eventually('all is applied and relayed', async () => {
    const { behind, firings } = await readStatus(primary.redis, store);
    return behind === 0 && firings === applied && (await done());
  });
  await worker.stop();
  const same = async (): Promise<boolean> =>
    (await heir.redis.get('{wf}:position')) === (await primary.redis.get('{wf}:position'));
  await eventually('the heir has all of it', same);
  await heir.redis.replicaof('NO', 'ONE');
  return heir;
}

describe('after a failover', () => {
  test('what waits is what was not applied, and no event is refused for what was', async () => {
    const heir = await heirOf(60);
    expect(await readStatus(heir.redis, store)).toMatchObject({ behind: 0, unrelayed: 0 });
    const watchfire = engineOn(heir.url, { maxBacklog: 10 });
    for (let n = 0; n < 7; n += 1) await watchfire.emit(event);
    expect(await readStatus(heir.redis, store)).toMatchObject({ behind: 7, unrelayed: 0 });
    expect(await gaugeOf(heir.redis, store, () => 0)()).toMatchObject({ behind: 7, applied: 60 });
  });

  test('the first worker sets right what Redis says of both groups, for all who go by that', async () => {
    const heir = await heirOf(60);
    await engineOn(heir.url).startWorker();
    expect(await backlogByGroup(heir.redis, store)).toMatchObject({ behind: 0, applied: 60 });
    const groups = (await heir.redis.xinfo('GROUPS', store.keys.firings)) as unknown[][];
    expect(groups[0]?.[(groups[0] ?? []).indexOf('lag') + 1]).toBe(0);
  });
});

describe('the book', () => {
  test('counts what waits as the group does, whatever becomes of entries', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
    const look = () => backlogByBook(world.redis, world.store);
    expect(await look()).toEqual({ behind: 0, applied: 0, length: 0 });
    for (const id of ['one', 'one', 'two']) await world.send('x', { id });
    await world.send('x', { follows: 'nobody' });
    await world.redis.xadd(world.store.keys.events, '*', 'no', 'event');
    expect(await look()).toEqual({ behind: 5, applied: 0, length: 5 });
    await world.apply(await world.read('w', 3));
    expect(await backlogByGroup(world.redis, world.store)).toMatchObject({ behind: 2, applied: 3 });
    await world.apply(await world.read('w', 2));
    expect(await backlogByGroup(world.redis, world.store)).toMatchObject({ behind: 0, applied: 5 });
  });

  test('says how many entries of the log were removed, whatever waits, as soon as the auditor has looked', async () => {
    const world = new World();
    await world.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
    const removed = () => readRemoved(world.redis, world.store);
    expect(await removed()).toBeNull();
    for (let n = 0; n < 5; n += 1) await world.send('x');
    const entries = await world.read('w', 3);
    expect(await removed()).toBeNull();
    await audit(world.redis, world.store);
    await world.apply(entries);
    expect(await removed()).toBe(0);
    await world.send('x');
    expect(await removed()).toBe(0);
    await world.redis.xtrim(world.store.keys.events, 'MAXLEN', 4);
    expect(await removed()).toBe(2);
    await world.redis.del(world.store.keys.events);
    await world.send('x');
    expect(await removed()).toBeNull();
  });

  test('is not known until the auditor has balanced it, when somebody else had entries before', async () => {
    const world = new World();
    await world.redis.hset(world.store.keys.counters, 'applied', 3);
    await world.send('x');
    expect(await backlogByBook(world.redis, world.store)).toMatchObject({ behind: null });
    expect(await gaugeOf(world.redis, world.store, () => 0)()).toMatchObject({ behind: 1 });
  });
});

test('a producer may not see the book, and asks the group after one refusal', async () => {
  // A server of its own: others would fill the list of what was refused.
  const server = await privateRedis();
  const user = await restrictedUser(server.url, 'producer', 'wf');
  const watchfire = engineOn(user.url);
  for (let n = 0; n < 3; n += 1) await watchfire.emit(event);
  const gauge = gaugeOf(watchfire.connections.redis, watchfire.store, () => 0);
  expect(await gauge()).toMatchObject({ behind: 3, applied: 0 });
  const refusals = async (): Promise<number> => {
    const log = (await server.redis.acl('LOG')) as unknown[][];
    const ours = log.map(
      (flat) => new Map(flat.flatMap((v, i) => (i % 2 === 0 ? [[String(v), flat[i + 1]] as const] : []))),
    );
    return ours
      .filter((entry) => entry.get('username') === user.name)
      .reduce((sum, e) => sum + Number(e.get('count')), 0);
  };
  const before = await refusals();
  expect(before).toBeGreaterThan(0);
  expect(await gauge()).toMatchObject({ behind: 3 });
  expect(await refusals()).toBe(before);
});
