import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ask } from '../../src/embedded/probe.ts';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../../src/embedded/server.ts';
import { eventually } from '../support/eventually.ts';

const program = await obtainRedisServer(() => undefined);

async function started(options: { port?: number; dir?: string } = {}): Promise<RedisServer> {
  const server = await startRedisServer({ port: options.port ?? 0, dir: options.dir ?? null, program });
  onTestFinished(() => server.stop());
  return server;
}

async function folder(): Promise<string> {
  const dir = await realpath(await mkdtemp(path.join(tmpdir(), 'watchfire-test-')));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

function client(server: RedisServer): Redis {
  const redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
  onTestFinished(() => redis.disconnect());
  return redis;
}

async function settingsOf(redis: Redis): Promise<Record<string, string>> {
  const names = ['bind', 'save', 'appendonly', 'appendfsync', 'maxmemory-policy'];
  const flat = (await redis.config('GET', ...names)) as string[];
  return Object.fromEntries(names.map((name) => [name, flat[flat.indexOf(name) + 1] ?? '']));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

describe('a private Redis', () => {
  test('without a folder keeps nothing and clears up behind itself', async () => {
    const server = await started();
    const redis = client(server);
    expect(await settingsOf(redis)).toEqual({
      bind: '127.0.0.1',
      save: '',
      appendonly: 'no',
      appendfsync: 'everysec',
      'maxmemory-policy': 'noeviction',
    });
    const answer = await ask(server.port, new URL(server.url).password);
    const home = answer.kind === 'redis' ? answer.dir : '';
    expect(answer).toEqual({ kind: 'redis', dir: home, pid: server.pid, loading: false });
    redis.disconnect();
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
    expect(await exists(home)).toBe(false);
  });

  test('with a folder still knows after a restart what was written', async () => {
    const dir = await folder();
    const first = await started({ dir });
    const writer = client(first);
    expect(await settingsOf(writer)).toMatchObject({ appendonly: 'yes', 'maxmemory-policy': 'noeviction' });
    await writer.xadd('log', '*', 'event', 'order.failed');
    writer.disconnect();
    await first.stop();
    const second = await started({ dir, port: first.port });
    expect(second.url).toBe(first.url);
    expect(await client(second).xlen('log')).toBe(1);
  });

  test('is not started twice on the same folder, whatever the port', async () => {
    const dir = await folder();
    const server = await started({ dir });
    await expect(startRedisServer({ port: 0, dir, program })).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      message: `Watchfire is already running on ${dir}, its Redis is at redis://127.0.0.1:${server.port}`,
    });
  });

  test('is not started twice on the same folder while the first one takes its time to answer', async () => {
    const dir = await folder();
    const server = await started({ dir });
    process.kill(server.pid, 'SIGSTOP');
    await expect(startRedisServer({ port: 0, dir, program })).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    await expect(startRedisServer({ port: server.port, dir: null, program })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining('is in use by another program, which does not answer'),
    });
    process.kill(server.pid, 'SIGCONT');
  });

  test('says that another Redis has the port', async () => {
    const { port } = await started();
    await expect(startRedisServer({ port, dir: null, program })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: expect.stringContaining(`port ${port} is in use by another Redis, which asks for a password`),
    });
  });

  test('says that another program has the port', async () => {
    const listener = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0, '127.0.0.1');
    onTestFinished(() => void listener.close());
    await once(listener, 'listening');
    const address = listener.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startRedisServer({ port, dir: null, program })).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      message: `port ${port} is in use by another program; choose another one with --port`,
    });
  });

  test('that cannot start is reported with its last words', async () => {
    // A shell takes the settings for a script, and says what it knows of them.
    const broken = { ...program, path: '/bin/sh', name: 'sh' };
    await expect(startRedisServer({ port: 0, dir: null, program: broken })).rejects.toMatchObject({
      code: 'REDIS_NOT_STARTED',
      message: expect.stringMatching(/user: .*not found/),
    });
  });

  test('is killed when it does not stop by itself', async () => {
    const server = await started();
    process.kill(server.pid, 'SIGSTOP');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('goes when the process that started it is killed with -9', async () => {
    const script = `
      import { ask } from './src/embedded/probe.ts';
      import { startRedisServer } from './src/embedded/server.ts';
      const server = await startRedisServer({ port: 0, dir: null, program: ${JSON.stringify(program)} });
      const { dir } = await ask(server.port, new URL(server.url).password);
      console.log(JSON.stringify({ pid: server.pid, dir }));
      setInterval(() => undefined, 1000);
    `;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void owner.kill('SIGKILL'));
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const { pid, dir } = JSON.parse(line.toString()) as { pid: number; dir: string };
    expect(isAlive(pid)).toBe(true);
    owner.kill('SIGKILL');
    await eventually('the server is gone', () => !isAlive(pid));
    await eventually('its folder is gone', async () => !(await exists(dir)));
  });

  test('does not keep alive a process that forgets to stop it', async () => {
    const script = `
      import { startRedisServer } from './src/embedded/server.ts';
      await startRedisServer({ port: 0, dir: null, program: ${JSON.stringify(program)} });
    `;
    const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    onTestFinished(() => void owner.kill('SIGKILL'));
    expect(await once(owner, 'exit')).toEqual([0, null]);
  });
});
