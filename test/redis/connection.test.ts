import { pino } from 'pino';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Connections } from '../../src/redis/connection.ts';
import { eventually } from '../support/eventually.ts';

test('a connection that was lost says when it is back, and one that was not says nothing', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const connections = new Connections(inject('redisUrl'), logger);
  onTestFinished(() => connections.close());
  const { redis } = connections;
  const id = await redis.client('ID');
  expect(lines).toEqual([]);
  await redis.call('CLIENT', 'KILL', 'ID', String(id), 'SKIPME', 'NO').catch(() => undefined);
  await eventually('it is back', () => lines.some((line) => line.includes('redis connection is back')));
  expect(await redis.ping()).toBe('PONG');
  expect(lines.filter((line) => line.includes('is back')).length).toBe(1);
});
