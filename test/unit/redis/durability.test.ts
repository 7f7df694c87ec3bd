import { EventEmitter } from 'node:events';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { Durability } from '../../../src/redis/durability.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A server that has WAITAOF, as far as it is asked; `answers` to WAITAOF after the first, which only tries it. */
class Server extends EventEmitter {
  readonly asked: string[] = [];
  readonly #answers: unknown[];

  constructor(...answers: unknown[]) {
    super();
    this.#answers = [[0, 0], ...answers];
  }

  async call(...words: unknown[]): Promise<unknown> {
    this.asked.push(words.join(' '));
    const answer = this.#answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  }

  version = 'redis_version:8.0.2';

  async info(): Promise<string> {
    return this.version;
  }

  async xadd(): Promise<string> {
    this.asked.push('XADD');
    return '1-0';
  }

  durability(): Durability {
    const guarantee = { durability: 'fsync', minReplicas: 1, durabilityTimeoutMs: 700 } as const;
    return new Durability({ redis: this as unknown as Redis, mark: 'm', guarantee, clock: new FakeClock() });
  }
}

const append = (redis: Redis): Promise<string | null> => redis.xadd('s', '*', 'data', '{}');

test('with WAITAOF an event is acknowledged once the disk has it', async () => {
  const server = new Server([1, 0]);
  expect(await server.durability().write(append)).toBe('1-0');
  expect(server.asked).toEqual(['WAITAOF 1 0 1', 'XADD', 'WAITAOF 1 0 700']);
});

test('what is written while WAITAOF is under way is confirmed together by the next one', async () => {
  const server = new Server([1, 0], [1, 0]);
  const durability = server.durability();
  await durability.check();
  const first = durability.write(append);
  await Promise.resolve();
  await Promise.resolve();
  await Promise.all([first, ...Array.from({ length: 10 }, () => durability.write(append))]);
  expect(server.asked.filter((words) => words.startsWith('WAITAOF')).length).toBeLessThanOrEqual(3);
});

test('a confirmation over a new connection is not taken for one of what the old one wrote', async () => {
  const server = new Server([1, 0], [0, 0], [1, 0]);
  const call = server.call.bind(server);
  let broken = false;
  server.call = async (...words) => {
    const answer = await call(...words);
    if (!broken && words.join(' ') === 'WAITAOF 1 0 700') broken = server.emit('close');
    return answer;
  };
  expect(await server.durability().write(append)).toBe('1-0');
  const asked = ['WAITAOF 1 0 1', 'XADD', 'WAITAOF 1 0 700'];
  expect(server.asked).toEqual([...asked, ...asked]);
});

test.each<[string, unknown, string]>([
  ['the disk was not reached in time', [0, 0], 'it is not on disk after 700 ms'],
  [
    'the server changed its role meanwhile',
    new Error('UNBLOCKED force unblock'),
    'UNBLOCKED force unblock after 700 ms',
  ],
])('it is said to be unsure when %s', async (_, answer, sentence) => {
  const { message, ...error } = await new Server(answer)
    .durability()
    .write(append, 'e1')
    .then(
      () => expect.unreachable(),
      (reason) => Object.assign({ message: String(reason.message) }, reason),
    );
  expect(error).toMatchObject({ code: 'NOT_DURABLE', added: 'perhaps', id: 'e1' });
  expect(message).toContain(sentence);
});

test('a server without a file is refused', async () => {
  const server = new Server();
  server.call = async () => {
    throw new Error('ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.');
  };
  await expect(server.durability().check()).rejects.toMatchObject({ code: 'DURABILITY_UNAVAILABLE' });
});

describe('a server whose WAITAOF answers before the disk has the data', () => {
  const early = (...answers: unknown[]): Server => {
    const server = new Server(...answers);
    server.version = 'redis_version:7.2.4\r\nvalkey_version:8.1.1\r\n';
    return server;
  };
  const settings = (appendfsync: string): string[] => ['appendonly', 'yes', 'appendfsync', appendfsync];

  test('is refused while appendfsync is not always', async () => {
    const check = early(settings('everysec')).durability().check();
    await expect(check).rejects.toMatchObject({
      code: 'DURABILITY_UNAVAILABLE',
      message: expect.stringMatching(
        /may answer WAITAOF before it has written .*appendfsync is everysec: set appendfsync/,
      ),
    });
  });

  test('is believed when it answers a write, where that is always', async () => {
    const server = early(settings('always'));
    expect(await server.durability().write(append)).toBe('1-0');
    expect(server.asked).toEqual(['WAITAOF 1 0 1', 'CONFIG GET append* no-appendfsync-*', 'XADD']);
  });

  test('is refused where a user may not see how it is set, with the right that is missing', async () => {
    const check = early(new Error('NOPERM no permissions to run config|get')).durability().check();
    await expect(check).rejects.toThrow(/cannot be asked: give this user the right \+config\|get$/);
  });
});
