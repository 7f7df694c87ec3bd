import { Cluster, Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { clientFor } from '../../src/redis/given.ts';

/** A node of a cluster whose connection has gone: all that it is asked fails. */
function lostNode(): Redis {
  const node = new Redis({ lazyConnect: true, retryStrategy: null });
  node.disconnect();
  return node;
}

const NODES = [{ host: '127.0.0.1', port: 1 }];

test.each([
  ['that was named', () => clientFor('redis-cluster://127.0.0.1:1', undefined)],
  ['that was handed in', () => clientFor(new Cluster(NODES, { lazyConnect: true }), undefined)],
])('of a cluster %s no node that is lost while it is asked for a moving key ends the process', async (_, made) => {
  const cluster = made();
  cluster.on('error', () => undefined);
  // Each engine, and each partition of one, looks at the client that it is handed.
  for (let engines = 0; engines < 3; engines += 1) clientFor(cluster, undefined);
  expect(cluster.listenerCount('+node')).toBe(1);
  const node = lostNode();
  cluster.emit('+node', node);
  // ioredis looks at nothing of what becomes of it.
  await expect(node.asking()).resolves.toBe('OK');
  cluster.disconnect();
});
