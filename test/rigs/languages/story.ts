import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { Watchfire } from '../../../src/index.ts';
import { eventually } from '../../support/eventually.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { type Check, LeftOut } from '../checks.ts';
import { type Call, prepared, programs } from './programs.ts';

const CONSUMER = 'consumer.py';

/** Runs what docs/languages.md shows, and says what could not be had. */
export async function proveLanguages(check: Check): Promise<string[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-languages-'));
  const server = await PrivateServer.start();
  const watchfire = new Watchfire({ redis: server.url, logger: pino({ level: 'silent' }) });
  try {
    await watchfire.put({
      id: 'remind',
      name: 'Remind',
      trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold: 1 },
      actions: [{ type: 'queue', queue: 'billing', name: 'remind' }],
    });
    await watchfire.startWorker();
    return await proveAll(check, watchfire, server.url, dir);
  } finally {
    await watchfire.close();
    await server.remove();
    await rm(dir, { recursive: true, force: true });
  }
}

async function proveAll(check: Check, watchfire: Watchfire, url: string, dir: string): Promise<string[]> {
  const { [CONSUMER]: consumer = '', ...producers } = await programs();
  const missing: string[] = [];
  const had = async (name: string, text: string): Promise<Call | null> => {
    return await prepared(dir, name, text).catch((error: Error) => {
      if (!(error instanceof LeftOut)) throw error;
      missing.push(error.message);
      return null;
    });
  };
  const env = { ...process.env, REDIS_URL: url };
  let sent = 0;
  for (const [name, text] of Object.entries(producers)) {
    const call = await had(name, text);
    if (call === null) continue;
    await check(`${name} sends an event, and again: it counts once`, async () => {
      const { command, args, cwd } = call;
      for (let times = 0; times < 2; times += 1) {
        const { stdout } = await promisify(execFile)(command, [...args], { cwd, env });
        assert.match(stdout, /^\d{13}-\d+\n$/, 'it prints the id of the entry');
      }
      sent += 1;
      const [, id = ''] = /(\w+-order-17)/.exec(text) ?? [];
      const event = await eventually('it fires', async () => {
        const { firings } = await watchfire.firings({ automation: 'remind' });
        return firings.length < sent ? null : firings.find(({ firing }) => firing.event?.id === id)?.firing.event;
      });
      assert.deepEqual(
        [{ ...event.resource }, { ...event.payload }],
        [{ id: 'customer.7', region: 'eu' }, { total: 12.5 }],
      );
    });
  }
  const call = await had(CONSUMER, consumer);
  if (call !== null) await check(`${CONSUMER} takes the jobs`, () => takes(call, env, sent));
  return missing;
}

async function takes({ command, args, cwd }: Call, env: NodeJS.ProcessEnv, jobs: number): Promise<void> {
  assert.ok(jobs > 0);
  const child = spawn(command, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  try {
    await eventually('all jobs are taken', () => lines.length >= jobs || child.exitCode !== null);
    child.kill('SIGTERM');
    await once(child, 'exit');
  } finally {
    child.kill('SIGKILL');
  }
  assert.equal(new Set(lines).size, jobs, lines.join('\n'));
  for (const line of lines) assert.match(line, /^remind customer\.7 \S+$/);
}
