import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type CloudEventInput,
  type EventInput,
  InvalidDocument,
  TryLater,
  type Unanswered,
  Watchfire,
  type WatchfireOptions,
} from '../src/index.ts';
import { engine, rejection } from './support/engine.ts';
import { testClient } from './support/redis.ts';

const DAY_MS = 86_400_000;

describe('a setting', () => {
  test.each([
    [{ namespace: '' }, 'namespace: must be 1 to 64 letters, digits, ".", "_" or "-"', '""'],
    [{ namespace: 'a{b}' }, 'namespace: must be 1 to 64 letters, digits, ".", "_" or "-"', '"a{b}"'],
    [{ chunkSize: 0 }, /^chunkSize: /, '0'],
    [{ retentionMs: 1.5 }, /^retentionMs: /, '1.5'],
    [{ nameSpace: 'x' }, 'nameSpace: unknown setting', '"x"'],
  ])('that is wrong is named with its value: %o', (settings, message, value) => {
    const wrong = (): Watchfire => new Watchfire(settings as WatchfireOptions);
    expect(wrong).toThrow(InvalidDocument);
    expect(wrong).toThrow(message);
    expect(wrong).toThrow(expect.objectContaining({ value }));
  });

  test('that is left out has its default, and none can be changed later', async () => {
    const { settings } = engine({ chunkSize: 7 });
    expect(settings).toMatchObject({ chunkSize: 7, retentionMs: DAY_MS });
    expect(Object.isFrozen(settings)).toBe(true);
  });
});

describe('emit', () => {
  test('answers the id of the event and its place in the log', async () => {
    const watchfire = engine();
    const given = await watchfire.emit({ id: 'e1', event: 'order.failed', resource: { id: 'customer.7' } });
    const made = await watchfire.emit({ event: 'order.failed', resource: { id: 'customer.7' } });
    expect(given.id).toBe('e1');
    expect(made.id).toMatch(/^[0-9a-f-]{36}$/);
    const entries = await testClient().xrange(watchfire.store.keys.events, '-', '+');
    expect(entries.map(([entry, [field, data]]) => [entry, field, JSON.parse(data ?? '').id])).toEqual([
      [given.entry, 'data', 'e1'],
      [made.entry, 'data', made.id],
    ]);
  });

  test('takes a CloudEvent', async () => {
    const watchfire = engine();
    const event: CloudEventInput = {
      specversion: '1.0',
      id: 'c1',
      source: '/orders',
      type: 'order.failed',
      data: { total: 7 },
    };
    expect((await watchfire.emit(event)).id).toBe('/orders#c1');
  });

  const resource = { id: 'customer.7' };
  test.each([
    [{ resource }, 'event', 'is required', ''],
    [{ event: 7, resource }, 'event', 'must be a string', '7'],
    [{ event: 'a' }, 'resource', 'is required', ''],
    [{ event: 'a', resource: { name: 'x' } }, 'resource.id', 'is required', ''],
    [{ event: 'a', resource: { id: 'b', size: 5 } }, 'resource.size', 'must be a string', '5'],
    [{ event: 'a', resource, related: [{ id: 'b' }] }, 'related[0].role', 'is required', ''],
    [{ event: 'a', resource, occurred: 'yesterday' }, 'occurred', 'must be an ISO timestamp', '"yesterday"'],
    [
      { event: 'a', resource, id: 'x'.repeat(129) },
      'id',
      'must be a text of 1 to 128 characters',
      `"${'x'.repeat(78)}…`,
    ],
    [{ event: 'a', resource, payload: [1] }, 'payload', 'must be an object', 'a list of 1'],
    [{ event: 'a', resource, payload: { n: 1n } }, 'payload.n', /^must be a value of JSON: send a bigint/, '"1"'],
    [{ event: 'a', resource, payload: { n: Number.NaN } }, 'payload.n', 'must be a finite number', '"NaN"'],
    [{ event: 'a', resource, payload: { big: 'x'.repeat(1_500_000) } }, 'data', /1500000 bytes/, ''],
  ])('refuses what breaks a rule, by field, reason and value: $1', async (document, path, reason, value) => {
    const watchfire = engine();
    const error = await rejection(watchfire.emit(document as EventInput));
    expect(error).toBeInstanceOf(InvalidDocument);
    const told = error as InvalidDocument;
    expect(told.path).toBe(path);
    expect(told.reason).toMatch(reason);
    expect(told.value).toBe(value);
    expect(told.message).toBe(`${told.path}: ${told.reason}`);
    expect(told.code).toBe('INVALID_DOCUMENT');
    expect(await testClient().exists(watchfire.store.keys.events)).toBe(0);
  });
});

describe('emit with timeoutMs', () => {
  const event: EventInput = { event: 'order.failed', resource: { id: 'customer.7' } };

  test('gives up when Redis cannot be reached in time, and names the id to repeat the event with', async () => {
    const away = new Watchfire({ redis: { host: '127.0.0.1', port: 1 } });
    onTestFinished(() => away.close());
    const error = await rejection(away.emit({ ...event, id: 'e1' }, { timeoutMs: 50 }));
    expect(error).toBeInstanceOf(TryLater);
    expect(error).toMatchObject({ name: 'Unanswered', code: 'UNANSWERED', added: 'no', id: 'e1', retryAfterMs: 2_000 });
    const made = (await rejection(away.emit(event, { timeoutMs: 1_000 }))) as Unanswered;
    expect(made.message).toBe(
      'Redis at 127.0.0.1:1 did not answer within 1000 ms (nobody listens there), and it is unknown whether the event was added or will be: ' +
        `sent again with the id ${made.id} it counts once; try again in 2.0 s`,
    );
    expect(made.added).toBe('perhaps');
  });

  test('names a client that was handed in, and its state', async () => {
    const client = new Redis(1, '127.0.0.1', { lazyConnect: true, retryStrategy: () => 60_000 });
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    const away = new Watchfire({ redis: client });
    onTestFinished(() => away.close());
    const { message } = (await rejection(away.emit(event, { timeoutMs: 1_000 }))) as Unanswered;
    expect(message).toMatch(
      /^Redis at 127\.0\.0\.1:1 did not answer within 1000 ms \(the connection is reconnecting\), /,
    );
  });

  test('answers as ever when Redis is there', async () => {
    const watchfire = engine();
    expect(await watchfire.emit({ ...event, id: 'e1' }, { timeoutMs: 60_000 })).toMatchObject({ id: 'e1' });
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 31])('refuses %d', async (timeoutMs) => {
    const error = await rejection(engine().emit(event, { timeoutMs }));
    expect(error).toMatchObject({ code: 'INVALID_DOCUMENT', path: 'timeoutMs' });
  });
});
