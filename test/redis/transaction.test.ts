import type { Socket } from 'node:net';
import { Cluster } from 'ioredis';
import { expect, inject, onTestFinished, test } from 'vitest';
import { clientFor } from '../../src/redis/given.ts';
import { inOneWrite } from '../../src/redis/transaction.ts';

/** A client of the Redis of the tests, and the writes to its socket: how many commands each of them brought. */
async function watched() {
  const client = clientFor(inject('redisUrl'), undefined);
  onTestFinished(() => client.disconnect());
  await client.ping();
  const writes: number[] = [];
  const { stream } = client;
  const { _write, _writev } = stream;
  stream._write = function (this: Socket, ...given) {
    writes.push(1);
    return Reflect.apply(_write, this, given);
  };
  stream._writev = function (this: Socket, chunks, done) {
    writes.push(chunks.length);
    return Reflect.apply(_writev as NonNullable<typeof _writev>, this, [chunks, done]);
  };
  return { client, writes };
}

test('commands that are sent in one write are answered in order', async () => {
  const { client, writes } = await watched();
  const answers = await inOneWrite(client, () => Promise.all([client.echo('a'), client.echo('b'), client.echo('c')]));
  expect(answers).toEqual(['a', 'b', 'c']);
  expect(writes).toEqual([3]);
});

test('what is sent behind them goes out by itself, also when asking failed', async () => {
  const { client, writes } = await watched();
  const fail = (): never => {
    throw new Error('no');
  };
  expect(() => inOneWrite(client, fail)).toThrow('no');
  await client.echo('a');
  expect(writes).toEqual([1]);
});

test('a client that is not connected yet, or has several connections, sends them as ever', async () => {
  const single = clientFor({ lazyConnect: true }, undefined);
  const cluster = new Cluster([{ host: '127.0.0.1', port: 1 }], { lazyConnect: true });
  onTestFinished(() => {
    single.disconnect();
    cluster.disconnect();
  });
  for (const client of [single, cluster]) expect(inOneWrite(client as typeof single, () => 'asked')).toBe('asked');
});
