import type { Redis } from 'ioredis';
import { expect, onTestFinished, test } from 'vitest';
import { ownOptions } from '../../src/redis/given.ts';
import { pinned } from '../../src/redis/pinned.ts';
import { testClient } from '../support/redis.ts';

/** A cluster of one node, which takes its time when it is asked for the first time who has which slots. */
function slowCluster(): { cluster: Redis; answer: () => void } {
  const { host = '', port = 0, username, password } = testClient().options;
  let answer = (): void => undefined;
  let wasAsked = false;
  const cluster = {
    isCluster: true,
    status: 'ready',
    slots: [],
    startupNodes: [{ host, port }],
    natMapper: () => ({ host, port }),
    options: { maxRedirections: 5, redisOptions: { username, password } },
    refreshSlotsCache: (told: () => void) => {
      if (wasAsked) told();
      else answer = told;
      wasAsked = true;
    },
  };
  return { cluster: cluster as unknown as Redis, answer: () => answer() };
}

test('a connection that is given up while the cluster is asked where to connect to is made again', async () => {
  const { cluster, answer } = slowCluster();
  const client = pinned(cluster, 'wf', ownOptions('test'));
  onTestFinished(() => client.disconnect());
  const pong = client.ping();
  client.disconnect(true);
  answer();
  expect(await pong).toBe('PONG');
});

test('one that is closed meanwhile ends', async () => {
  const { cluster, answer } = slowCluster();
  const client = pinned(cluster, 'wf', ownOptions('test'));
  const ended = new Promise((resolve) => void client.once('end', () => resolve('ended')));
  client.disconnect();
  answer();
  expect(await ended).toBe('ended');
});
