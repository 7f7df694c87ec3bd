import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Redis, type RedisOptions } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { Unprotected } from '../../src/errors.ts';
import { isAddress, isLoopback, publicUrl } from '../../src/redis/address.ts';
import { letsStrangersIn } from '../../src/redis/protection.ts';
import { run } from '../cli/run.ts';
import type { Certificates } from '../support/certificate-files.ts';
import { certificates } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { type PrivateRedis, privateRedis } from '../support/private-redis.ts';

const PASSWORD = 'swordfish';

/** To Linux it is this machine, to us it is no address of it, as if the server were elsewhere. */
const ELSEWHERE = '0.0.0.0';

function clientOf(port: number, options: RedisOptions = {}): Redis {
  const redis = new Redis({ host: '127.0.0.1', port, maxRetriesPerRequest: 1, ...options });
  redis.on('error', () => undefined);
  onTestFinished(() => redis.disconnect());
  return redis;
}

function engine(options: ConstructorParameters<typeof Watchfire>[0]): Watchfire {
  const watchfire = new Watchfire(options);
  onTestFinished(() => watchfire.close());
  return watchfire;
}

/** A server that speaks TLS on a port of its own as well. */
async function secured({ authClients = 'no' } = {}): Promise<Certificates & { server: PrivateRedis; port: number }> {
  const [files, server] = await Promise.all([certificates(), privateRedis()]);
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  listener.close();
  const { cert, key, ca } = files;
  const settings = {
    'tls-cert-file': cert,
    'tls-key-file': key,
    'tls-ca-cert-file': ca,
    'tls-auth-clients': authClients,
  };
  await server.redis.config('SET', ...(Object.entries({ ...settings, 'tls-port': port }).flat() as [string, string]));
  return { ...files, server, port };
}

describe('a host', () => {
  test.each([
    ...['127.0.0.1', '127.8.9.10', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost'].map(
      (host) => [host, true] as const,
    ),
    ...['0.0.0.0', '10.0.0.1', '8.8.8.8', '::', '2001:db8::1', '::ffff:10.0.0.1', ''].map(
      (host) => [host, false] as const,
    ),
    ['nobody-knows-this-host.invalid', false] as const,
  ])('%s is this machine: %s', async (host, expected) => {
    expect(await isLoopback(host)).toBe(expected);
  });
});

describe('an address', () => {
  test.each([
    ['redis://:secret@h:1/2', 'redis://:***@h:1/2'],
    ['rediss://u:secret@h', 'rediss://u:***@h'],
    ['redis://h?password=secret', 'redis://h'],
    ['redis://h#secret', 'redis://h'],
    ['/run/redis.sock', '/run/redis.sock'],
    ['/run/redis.sock?password=secret@x', 'x'],
    ['http://u:secret@h', 'h'],
    ['redis://u:secret with space@h', 'redis://u:***@h'],
  ])('%s is shown as %s', (url, shown) => {
    expect(publicUrl(url)).toBe(shown);
  });

  test.each(['redis://u:12#secret@h', 'redis://u:12/secret@h', 'redis://u:12?secret@h', 'redis://u:12%secret@h'])(
    '%s has a password that is not escaped, and is none: the error says how to escape it',
    (url) => {
      expect(isAddress(url)).toBe(false);
      expect(publicUrl(url)).toBe('h');
      expect(() => new Watchfire({ redis: url })).toThrow(
        'redis: must be a URL of redis: or rediss:; in a user or password, write % as %25, / as %2F, ? as %3F, # as %23',
      );
    },
  );
});

describe('strangers', () => {
  test('get in where no password is asked for, also with one in our URL', async () => {
    const { redis, server } = await privateRedis();
    expect(await letsStrangersIn(redis, 'k')).toBe(true);
    expect(await letsStrangersIn(clientOf(server.port, { password: PASSWORD }), 'k')).toBe(true);
  });

  test.each([
    ['with a password', 'on', '>swordfish', '~*', '+@all'],
    ['without the default user', 'off'],
    ['with a default user that may do nothing', 'on', 'nopass', '-@all', '+ping', '+info', '+hello'],
    ['with a default user that may not see the key', 'on', 'nopass', '~public:*', '+@all'],
  ])('stay outside of a server %s', async (_, ...rules) => {
    const { redis, server } = await privateRedis();
    await redis.acl('SETUSER', 'mine', 'on', `>${PASSWORD}`, '~*', '&*', '+@all');
    const own = clientOf(server.port, { username: 'mine', password: PASSWORD });
    await own.ping();
    await own.acl('SETUSER', 'default', 'reset', ...rules);
    expect(await letsStrangersIn(own, 'k')).toBe(false);
  });

  test('stay outside of a server that wants to see a certificate', async () => {
    const { port, ca, cert, key } = await secured({ authClients: 'yes' });
    const [authority, certificate, secret] = await Promise.all([ca, cert, key].map((file) => readFile(file, 'utf8')));
    const redis = clientOf(port, { tls: { ca: authority, cert: certificate, key: secret } });
    await redis.ping();
    expect(await letsStrangersIn(redis, 'k')).toBe(false);
  });

  test('and verbs too stay outside of it, but for those that have a certificate', async () => {
    const { port, ca, cert, key } = await secured({ authClients: 'yes' });
    const verb = ['list', '--redis', `rediss://127.0.0.1:${port}`, '--tls-ca', ca];
    expect(await run([...verb, '--tls-cert', cert, '--tls-key', key])).toMatchObject({ status: 0 });
    const { status, err } = await run(verb);
    expect(status).not.toBe(0);
    expect(err.join()).toMatch(/^watchfire: /);
  });

  test('a server that has gone has let nobody in', async () => {
    const { redis, server } = await privateRedis();
    await server.stop();
    expect(await letsStrangersIn(redis, 'k')).toBe(false);
  });
});

describe('a worker', () => {
  test('does not start on a Redis elsewhere that lets everybody in, unless it is allowed', async () => {
    const { server } = await privateRedis();
    const redis = `redis://${ELSEWHERE}:${server.port}`;
    const refusal = engine({ redis }).startWorker();
    await expect(refusal).rejects.toThrow(Unprotected);
    await expect(refusal).rejects.toThrow(
      `Redis at ${ELSEWHERE}:${server.port} is not on this machine and lets everybody in: give it a password`,
    );
    await engine({ redis, allowUnprotected: true }).startWorker();
  });

  test('starts on one elsewhere that asks for a password, and on one of this machine that does not', async () => {
    const { redis, server } = await privateRedis();
    await engine({ redis: server.url }).startWorker();
    await redis.config('SET', 'requirepass', PASSWORD);
    await engine({ redis: `redis://:${PASSWORD}@${ELSEWHERE}:${server.port}` }).startWorker();
  });

  test.each([['worker'], ['start']])('%s says so in one sentence and ends', async (verb) => {
    const { server } = await privateRedis();
    const { status, err } = await run([verb, '--redis', `redis://${ELSEWHERE}:${server.port}`]);
    expect([status, err]).toEqual([1, [expect.stringMatching(/^watchfire: Redis at .* --allow-unprotected/)]]);
  });

  test('runs there with --allow-unprotected', async () => {
    const { server } = await privateRedis();
    const stop = new AbortController();
    const out: string[] = [];
    const argv = ['worker', '--redis', `redis://${ELSEWHERE}:${server.port}`, '--allow-unprotected'];
    const ran = run(argv, { signal: stop.signal, onOut: (line) => void out.push(line) });
    await eventually('it has started', () => out.some((line) => line.includes('worker started')));
    stop.abort();
    expect((await ran).status).toBe(0);
  });
});

describe('TLS', () => {
  test('with a CA of its own, for workers, events and every verb', async () => {
    const { port, ca } = await secured();
    const url = `rediss://127.0.0.1:${port}`;
    const watchfire = engine({ redis: url, tls: { ca: await readFile(ca, 'utf8') } });
    await watchfire.put({ id: 'A', name: 'a', trigger: { posture: 'Reactive' }, actions: [{ type: 'page' }] });
    await watchfire.startWorker();
    expect(await run(['send', 'order.failed', 'resource.id=r', '--redis', url, '--tls-ca', ca])).toMatchObject({
      status: 0,
    });
    const { redis } = watchfire.connections;
    await eventually('its job is there', async () => (await redis.llen('{wf}:bull:actions:wait')) === 1);
    expect(await run(['status', '--engine-only', '--redis', url, '--tls-ca', ca])).toMatchObject({
      status: 0,
      err: [],
    });
    const tail = new AbortController();
    const running = run(['worker', '--redis', url, '--tls-ca', ca], {
      signal: tail.signal,
      onOut: (line) => line.includes('worker started') && tail.abort(),
    });
    expect((await running).status).toBe(0);
  });

  test('refuses a server whose certificate nobody stands for, or that is for another host', async () => {
    const { port, ca } = await secured();
    const list = (...argv: string[]) => run(['list', ...argv]);
    const reachable = { status: 1, out: [] };
    expect(await list('--redis', `rediss://127.0.0.1:${port}`)).toEqual({
      ...reachable,
      err: [expect.stringContaining('its certificate is signed by nobody known here, name the CA by --tls-ca')],
    });
    expect(await list('--redis', `rediss://127.0.0.2:${port}`, '--tls-ca', ca)).toMatchObject({ status: 1 });
    expect(await list('--redis', `rediss://${ELSEWHERE}:${port}`, '--tls-ca', ca)).toEqual({
      ...reachable,
      err: [expect.stringContaining('its certificate is for another host')],
    });
  });

  test('is asked for where there is none', async () => {
    const { server } = await privateRedis();
    const { status, err } = await run(['list', '--redis', `rediss://127.0.0.1:${server.port}`]);
    expect([status, err.length]).toEqual([1, 1]);
    expect(err[0]).toMatch(/^watchfire: cannot reach Redis at rediss:/);
  });

  test.each([
    [
      ['--redis', 'redis://h', '--tls-ca', 'x'],
      '--tls-ca: goes with a URL that begins with rediss (found "redis://h")',
    ],
    [['--redis', 'rediss://h', '--tls-ca', '/no/such/file'], '--tls-ca: cannot read /no/such/file: ENOENT'],
  ])('%s is refused', async (argv, sentence) => {
    const { status, err } = await run(['list', ...argv]);
    expect([status, err.join('\n')]).toEqual([2, expect.stringContaining(sentence)]);
  });
});
