import { expect, test } from 'vitest';
import { signOfLife } from '../../src/redis/heartbeat.ts';
import { ENGINE_GROUP } from '../../src/redis/keys.ts';
import { ensureGroup } from '../../src/redis/log.ts';
import { storeOf } from '../../src/redis/store.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { runIn } from './run.ts';

const waits = 'what is sent waits until "watchfire worker" runs there';
const line = '{"event":"x","resource":{"id":"r"}}\n';

/** A log, with the traces of a worker that has been here. */
async function shop() {
  const namespace = freshNamespace({ permanent: ['events'] });
  const [redis, store] = [testClient(), storeOf(namespace, () => null)];
  await ensureGroup(redis, store.keys.events, ENGINE_GROUP);
  return { namespace, redis, store, cli: runIn(namespace) };
}

test('an empty name is sent, with a warning', async () => {
  const { cli, redis, store } = await shop();
  await signOfLife(redis, store, { id: 'w', generation: '0', paused: [], atMs: Date.now() });
  await redis.pexpire(`${store.prefixes.worker}w`, 600_000);
  const { status, err } = await cli(['send', '', 'resource.id=r']);
  expect({ status, err }).toEqual({ status: 0, err: ['watchfire: warning: the name of the event is empty'] });
  const file = await cli(['send', '-'], { stdin: line + line.replace('x', '').repeat(2) });
  expect(file).toMatchObject({ status: 0, err: ['watchfire: warning: the names of 2 events are empty'] });
  expect(await redis.xlen(store.keys.events)).toBe(4);
  expect(await cli(['send', 'x', 'resource.id=r'])).toMatchObject({ status: 0, err: [] });
});

test('a namespace in which no worker has ever been is named', async () => {
  const namespace = freshNamespace({ permanent: ['events'] });
  const err = [`watchfire: warning: no worker has ever been in the namespace "${namespace}": ${waits}`];
  expect(await runIn(namespace)(['send', 'x', 'resource.id=r'])).toMatchObject({ status: 0, err });
  expect(await runIn(namespace)(['send', '-'], { stdin: line })).toMatchObject({ status: 0, err });
});

test('a namespace in which none is alive is named', async () => {
  const { cli, namespace } = await shop();
  const err = [`watchfire: warning: no worker is alive in the namespace "${namespace}": ${waits}`];
  expect(await cli(['send', 'x', 'resource.id=r'])).toMatchObject({ status: 0, err });
});
