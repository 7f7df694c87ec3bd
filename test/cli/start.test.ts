import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { publicUrl } from '../../src/redis/address.ts';
import { root } from '../house/tree.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { freshNamespace } from '../support/namespace.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { ended, run, start } from './run.ts';

type Running = { child: ChildProcess; lines: () => string[]; port: number; stop: () => Promise<number> };

/** Starts Watchfire as a process with a private Redis and waits until it has said all that it says when it is ready. */
async function started(dir: string, port: number, ...more: string[]): Promise<Running> {
  const child = start(['start', '--port', String(port), '--dir', dir, ...more], { REDIS_URL: '' });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    text += String(chunk);
  });
  const lines = (): string[] => text.split('\n').slice(0, -1);
  await eventually('it is ready', () => lines().some((line) => line.includes('redis-cli -')));
  // By then all that it said was read, too.
  const exit = once(child, 'close');
  const stop = async (): Promise<number> => {
    child.kill('SIGTERM');
    const [status] = await exit;
    return Number(status ?? -1);
  };
  return { child, lines, port, stop };
}

async function place(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** What a terminal exports for the private Redis on this folder. */
async function passwordOf(dir: string): Promise<{ REDISCLI_AUTH: string }> {
  return { REDISCLI_AUTH: await readFile(path.join(dir, 'password'), 'utf8') };
}

/** Pastes the line that was printed, as a shell would read it. */
async function paste(line: string): Promise<void> {
  const parts = /^REDISCLI_AUTH=\$\(cat (\S+)\) redis-cli -p (\d+) XADD '([^']+)' '\*' (.*)$/.exec(line.trim());
  const [, file = '', port, key, rest = ''] = parts ?? [];
  const redis = new Redis(Number(port), '127.0.0.1', { password: await readFile(file, 'utf8') });
  await redis.xadd(key ?? '', '*', ...rest.split(' '));
  redis.disconnect();
}

test('what it says to paste fires as it says, and started again it goes on where it was', async () => {
  const [dir, port] = [await place(), await freePort()];
  const first = await started(dir, port);
  const [ready = '', program] = first.lines()[0]?.split(/ {2}(?=\S+-server )/) ?? [];
  expect(ready).toBe(`watchfire ready  redis://127.0.0.1:${port}  namespace wf`);
  expect(program).toMatch(/^(redis|valkey)-server \d+\.\d+\.\d+ \(\/\S+\)$/);
  expect(first.lines()[1]).toMatch(/^put the \d automations of examples\/automations here/);
  const [promise = '', line = ''] = await eventually(
    'it says what to paste',
    () => first.lines()[3] && first.lines().slice(2, 4),
  );
  const [, each = '', fifth = ''] = /"(.*?)" fire with every event, and "(.*?)" at the fifth time/.exec(promise) ?? [];
  for (let i = 1; i <= 4; i += 1) await paste(line);
  const fired = (running: Running, name: string): number =>
    running.lines().filter((one) => one.includes(`FIRED      ${name}`)).length;
  await eventually('four have fired', () => fired(first, each) === 4);
  await eventually('their jobs are told', () => first.lines().filter((one) => one.includes('  job')).length === 4);
  expect(first.lines().join('\n')).not.toContain('\u001b');
  expect(fired(first, fifth)).toBe(0);
  expect(first.lines().filter((one) => one.includes('failed:'))).toEqual([]);
  expect(await first.stop()).toBe(0);
  expect(first.lines().at(-1)).toBe(`watchfire: stopped, the data stays in ${dir}`);

  const second = await started(dir, port);
  const [, listing = ''] =
    /^6 automations here, left as they are; see them by: (.*)$/.exec(second.lines()[1] ?? '') ?? [];
  expect(listing).toMatch(/npm run -s watchfire -- list --redis redis:/);
  const { stdout } = await promisify(execFile)('sh', ['-c', listing], { cwd: root });
  expect(stdout).toContain(each);
  await paste(line);
  await eventually('the fifth has fired both', () => fired(second, fifth) === 1 && fired(second, each) === 1);
  expect(await second.stop()).toBe(0);
});

test('examples that were deleted or changed stay as they are', async () => {
  const [dir, port] = [await place(), await freePort()];
  const first = await started(dir, port);
  const redis = ['--redis', `redis://127.0.0.1:${port}`];
  const env = await passwordOf(dir);
  await run(['delete', 'order-failed', ...redis], { env });
  await run(['disable', 'failing-customer', ...redis], { env });
  await first.stop();
  const second = await started(dir, port);
  const { out } = await run(['list', '-o', 'json', ...redis], { env });
  const automations = JSON.parse(out.join('\n')) as { id: string; enabled: boolean }[];
  expect(automations.some(({ id }) => id === 'order-failed')).toBe(false);
  expect(automations.find(({ id }) => id === 'failing-customer')?.enabled).toBe(false);
  expect(second.lines()[2]).toBe('to send an event, paste this into another terminal:');
  await second.stop();
});

test('without examples it puts none', async () => {
  const [dir, port] = [await place(), await freePort()];
  const running = await started(dir, port, '--no-examples');
  expect(running.lines()[1]).toMatch(/^no automations here; put some by: /);
  const { out } = await run(['list', '-o', 'json', '--redis', `redis://127.0.0.1:${port}`], {
    env: await passwordOf(dir),
  });
  expect(out.join('')).toBe('[]');
  expect(await running.stop()).toBe(0);
});

test('a second one on the same data, and a port that is taken, are told', async () => {
  const [dir, port] = [await place(), await freePort()];
  const first = await started(dir, port);
  const twin = await ended(start(['start', '--port', String(await freePort()), '--dir', dir], { REDIS_URL: '' }));
  expect(twin).toMatchObject({
    status: 1,
    out: [],
    err: [expect.stringMatching(/^watchfire: Watchfire is already running on /)],
  });
  const other = await ended(start(['start', '--port', String(port), '--dir', await place()], { REDIS_URL: '' }));
  expect(other).toMatchObject({
    status: 1,
    out: [],
    err: [expect.stringContaining(`port ${port} is in use by another Redis, which asks for a password`)],
  });
  await first.stop();
});

test('a taken port is refused before a server is installed, and nothing is left behind', async () => {
  const port = await freePort();
  const taken = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void taken.close());
  taken.on('connection', (socket) => socket.destroy());
  await once(taken, 'listening');
  const dir = path.join(await place(), 'data');
  const asked: string[] = [];
  const answer = (question: string): boolean => asked.push(question) > 0;
  const { PATH } = process.env;
  onTestFinished(() => void Object.assign(process.env, { PATH }));
  process.env.PATH = await place();
  const { status, err } = await run(['start', '--port', String(port), '--dir', dir], {
    env: { REDIS_URL: '' },
    answer,
  });
  expect({ status, err, asked }).toMatchObject({
    status: 1,
    err: [expect.stringMatching(/port \d+ is in use/)],
    asked: [],
  });
  expect(existsSync(dir)).toBe(false);
});

test('when its Redis is killed it ends with status 1 and says why', async () => {
  const dir = await place();
  const running = await started(dir, await freePort());
  const exit = once(running.child, 'close');
  const { REDISCLI_AUTH: password } = await passwordOf(dir);
  const redis = new Redis(running.port, '127.0.0.1', { password, retryStrategy: () => null });
  redis.on('error', () => undefined);
  const [, pid] = /process_id:(\d+)/.exec(await redis.info('server')) ?? [];
  process.kill(Number(pid), 'SIGKILL');
  expect((await exit)[0]).toBe(1);
  expect(running.lines().join('\n')).toContain('watchfire: the private Redis has ended, so this ends too');
});

test('with JSON its output is JSON alone', async () => {
  const [dir, port] = [await place(), await freePort()];
  const child = start(['start', '--port', String(port), '--dir', dir, '-o', 'json'], { REDIS_URL: '' });
  const result = ended(child);
  await once(child.stderr!, 'data');
  await eventually(
    'it takes part',
    async () =>
      (await run(['status', '--redis', `redis://127.0.0.1:${port}`], { env: await passwordOf(dir) })).status === 0,
  );
  const env = await passwordOf(dir);
  await run(['send', 'order.failed', 'resource.id=customer.7', '--redis', `redis://127.0.0.1:${port}`], { env });
  const relayed = async (): Promise<boolean> => {
    const { out } = await run(['status', '-o', 'json', '--redis', `redis://127.0.0.1:${port}`], { env });
    const { firings, unrelayed } = JSON.parse(out.join('\n')) as { firings: number; unrelayed: number };
    return firings === 1 && unrelayed === 0;
  };
  await eventually('it has fired', relayed);
  child.kill('SIGINT');
  const { status, out } = await result;
  expect(status).toBe(0);
  const kinds = out.map((line) => (JSON.parse(line) as { kind: string }).kind);
  // On a busy machine what was decided can come before what it was decided of.
  expect(kinds.sort()).toEqual(['event', 'firing', 'job']);
});

describe('with a Redis of the user', () => {
  test('it runs there, with the examples when the namespace is new', async () => {
    const namespace = freshNamespace({ permanent: ENGINE_KEYS });
    const lines: string[] = [];
    const stop = new AbortController();
    const running = run(['start', '--redis', inject('redisUrl'), '--namespace', namespace], {
      signal: stop.signal,
      onOut: (line) => void lines.push(line),
    });
    await eventually('it is ready', () => lines.length >= 4);
    stop.abort();
    expect((await running).status).toBe(0);
    expect(lines[0]).toBe(`watchfire ready  ${publicUrl(inject('redisUrl'))}  namespace ${namespace}`);
    expect(lines[3]).toContain(`redis-cli -u ${publicUrl(inject('redisUrl'))} XADD '{${namespace}}:events'`);
  });

  test.each([
    [['--redis', 'redis://127.0.0.1:1', '--port', '6391'], '--port and --dir are those of a private Redis'],
    [['--dir', ''], 'start: --dir must be the path of a folder (found "")'],
    [['--port', '65536'], '--port: must be a whole number from 1 to 65535 (found "65536")'],
  ])('%j is a misuse', async (argv, message) => {
    const { status, err } = await run(['start', ...argv]);
    expect(status).toBe(2);
    expect(err).toEqual([expect.stringContaining(message)]);
  });
});
