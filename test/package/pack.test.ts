import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../house/tree.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { environment, installedProject, type Project } from './installed.ts';

const run = promisify(execFile);

let project: Project;

beforeAll(async () => {
  project = await installedProject();
});

afterAll(() => project?.remove());

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Writes a file of the project's own and runs it on the pinned Node. */
async function runProgram(name: string, text: string, env: Record<string, string>): Promise<unknown> {
  const file = path.join(project.dir, name);
  await writeFile(file, text);
  const { stdout } = await run(process.execPath, [file], { cwd: project.dir, env: environment(env) });
  return JSON.parse(stdout);
}

describe('the package', () => {
  test('holds what runs, and neither sources nor tests', async () => {
    const files = await filesIn(path.join(project.dir, 'node_modules', 'watchfire'));
    const tops = new Set(files.map((file) => file.split(path.sep)[0]));
    expect([...tops].filter((top) => !/^(LICENSE|.*\.md)$/.test(top ?? '')).sort()).toEqual([
      ...['bin', 'dist', 'docs', 'examples', 'lua', 'package.json'],
    ]);
    expect(files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('lua'))).toEqual(
      (await filesIn(path.join(root, 'lua'))).map((file) => path.join('lua', file)),
    );
  });

  test('points with main, types and bin at files that are there', async () => {
    const home = path.join(project.dir, 'node_modules', 'watchfire');
    const places = [
      ...Object.values(manifest.exports['.']),
      manifest.exports['./package.json'],
      manifest.bin.watchfire,
    ];
    for (const place of places) await access(path.join(home, place));
  });

  test('holds the pages that its pages lead to', async () => {
    const home = path.join(project.dir, 'node_modules', 'watchfire');
    const pages = (await filesIn(home)).filter(
      (file) => file.endsWith('.md') && !/^(CONTRIBUTING|ARCHITECTURE)/.test(file),
    );
    expect(pages).toContain('README.md');
    const missing: string[] = [];
    for (const page of pages) {
      const text = (await readFile(path.join(home, page), 'utf8')).replace(/^ *```[\s\S]*?^ *```$/gm, '');
      for (const [, file = ''] of text.matchAll(/\]\((?!\w+:)([^)#]+)/g)) {
        const target = path.join(path.dirname(page), file);
        await access(path.join(home, target)).catch(() => missing.push(target));
      }
    }
    // A program that runs from a checkout alone.
    expect([...new Set(missing)].filter((target) => !target.startsWith('examples/github'))).toEqual([]);
  });

  test('starts its program by the first line, as a system does', async () => {
    const program = path.join(project.dir, 'node_modules', 'watchfire', manifest.bin.watchfire);
    expect(await readFile(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    await access(program, constants.X_OK);
  });
});

const APPLICATION = `
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { InvalidDocument, Watchfire } from 'watchfire';

const logger = pino({ level: 'warn' }, pino.destination(2));
const redis = new Redis(process.env.REDIS_URL, { maxRetriesPerRequest: null });
const jobs = new Redis(process.env.JOBS_URL, { maxRetriesPerRequest: null });
const watchfire = new Watchfire({ redis, logger, namespace: process.env.NAMESPACE });

await watchfire.put({
  id: 'failures',
  name: 'Two failed orders',
  trigger: { posture: 'Reactive', expect: ['order.failed'], for_each: ['id'], threshold: 2, within: '10m' },
  actions: [{ type: 'queue', queue: 'support', name: 'call', data: { urgency: 'high' } }],
});
const refused = await watchfire.emit({ event: 'order.failed', resource: {} }).catch((error) => error);
await watchfire.startWorker();

let worker;
const taken = new Promise((resolve) => {
  worker = new Worker('support', async (job) => resolve(job), { connection: jobs, prefix: watchfire.queuePrefix });
});
for (const id of ['e1', 'e2']) await watchfire.emit({ id, event: 'order.failed', resource: { id: 'customer.7' } });
const { name, id, data } = await taken;
await worker.close();
await watchfire.close();

const answer = await redis.ping();
redis.disconnect();
jobs.disconnect();
console.log(JSON.stringify({ name, id, data, answer, refused: refused instanceof InvalidDocument && refused.message }));
`;

describe('a program in plain JavaScript', () => {
  test('puts an automation, emits, works, and takes the job with its own BullMQ worker', async () => {
    const namespace = freshNamespace({ permanent: [...ENGINE_KEYS, 'bull:*'] });
    // Jobs are taken by another user than the one that runs the engine.
    const env = { REDIS_URL: inject('redisUrl'), JOBS_URL: inject('adminUrl'), NAMESPACE: namespace };
    const { data, ...told } = (await runProgram('app.mjs', APPLICATION, env)) as Record<string, unknown> & {
      data: Record<string, unknown>;
    };
    expect(told).toEqual({
      name: 'call',
      id: data.id,
      answer: 'PONG',
      refused: 'resource.id: is required',
    });
    expect(data).toMatchObject({
      automation: { id: 'failures', name: 'Two failed orders' },
      firing: { state: 'Triggered', triggering_labels: { id: 'customer.7' } },
      triggering_event: { id: 'e2', event: 'order.failed' },
      action: { type: 'queue', queue: 'support', name: 'call' },
      action_index: 0,
      data: { urgency: 'high' },
      idempotencyKey: data.id,
    });
  });
});

const REQUIRING = `
const { Watchfire, ManualClock, InvalidDocument } = require('watchfire');
const watchfire = new Watchfire({ redis: process.env.REDIS_URL, namespace: process.env.NAMESPACE });
watchfire
  .put({ id: 'a', name: 'A', trigger: { posture: 'Reactive' }, actions: [] })
  .then(() => watchfire.list())
  .then(async ([{ id }]) => {
    const imported = await import('watchfire');
    await watchfire.close();
    const same = imported.Watchfire === Watchfire && imported.InvalidDocument === InvalidDocument;
    console.log(JSON.stringify({ id, same, nowMs: new ManualClock(7).nowMs() }));
  });
`;

describe('a program in CommonJS', () => {
  test('requires the package, and gets what import gets', async () => {
    const env = { REDIS_URL: inject('redisUrl'), NAMESPACE: freshNamespace({ permanent: ENGINE_KEYS }) };
    expect(await runProgram('app.cjs', REQUIRING, env)).toEqual({ id: 'a', same: true, nowMs: 7 });
  });
});

describe('the program of the package', () => {
  test('says on an older Node which one it needs', async () => {
    const disguise = path.join(project.dir, 'disguise.cjs');
    await writeFile(disguise, "Object.defineProperty(process.versions, 'node', { value: '22.11.0' });\n");
    const program = path.join(project.dir, 'node_modules', 'watchfire', manifest.bin.watchfire);
    const failure = await run(process.execPath, ['--require', disguise, program, '--version']).catch((error) => error);
    expect(failure).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'watchfire: needs Node 22.12 or newer, and this is Node 22.11.0\n',
    });
    expect(manifest.engines.node).toBe('>=22.12');
  });

  const watchfire = (parameters: string[]) =>
    run(path.join(project.dir, 'node_modules', '.bin', 'watchfire'), parameters, {
      cwd: project.dir,
      env: environment({ REDIS_URL: inject('redisUrl') }),
    });

  test('shows its verbs and its version', async () => {
    const { stdout } = await watchfire(['--help']);
    expect(stdout).toContain('Usage: watchfire <verb>');
    expect((await watchfire(['--version'])).stdout.trim()).toBe(manifest.version);
  });

  test('applies a file and lists what is there', async () => {
    const namespace = freshNamespace({ permanent: ENGINE_KEYS });
    const file = path.join(project.dir, 'orders.yaml');
    await writeFile(
      file,
      'id: a\nname: Orders\ntrigger: { posture: Reactive, expect: [order.failed] }\nactions: [{ type: call }]\n',
    );
    await watchfire(['apply', file, '--namespace', namespace]);
    const { stdout } = await watchfire(['list', '--namespace', namespace, '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject([{ id: 'a', name: 'Orders' }]);
    expect(await testClient().hkeys(`{${namespace}}:automations`)).toEqual(['a']);
  });
});

const CONSUMER = `
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { type Clock, InvalidDocument, ManualClock, type TriggeredAction, Watchfire, type WatchfireOptions } from 'watchfire';

const clock: Clock = new ManualClock(0);
const options: WatchfireOptions = { redis: new Redis('redis://127.0.0.1'), logger: pino(), clock, chunkSize: 10 };
const watchfire = new Watchfire(options);
new Watchfire({ redis: 'redis://127.0.0.1' });
new Watchfire({ redis: { host: '127.0.0.1', port: 6379 } });
// @ts-expect-error there is no such setting
new Watchfire({ chunksize: 10 });

interface OrderFailed { event: 'order.failed'; resource: { id: string } }
const event: OrderFailed = { event: 'order.failed', resource: { id: 'customer.7' } };
const { id, entry }: { id: string; entry: string } = await watchfire.emit(event);
// @ts-expect-error an event is an object
await watchfire.emit('order.failed');

new Worker<TriggeredAction>('support', async ({ data }) => {
  const texts: string[] = [data.id, data.idempotencyKey, data.triggered, data.automation.name];
  const labels: Record<string, string> = data.triggering_labels;
  const state: 'Triggered' | 'Resolved' = data.firing.state;
  const payload: Record<string, unknown> | undefined = data.triggering_event?.payload;
  // @ts-expect-error there may be no event
  data.triggering_event.id;
  // @ts-expect-error there is no such field
  data.event;
  return [texts, labels, state, payload];
}, { connection: { host: '127.0.0.1' }, prefix: watchfire.queuePrefix });

const { path, reason }: InvalidDocument = new InvalidDocument('resource.id', 'is required');
console.log(id, entry, path satisfies string, reason satisfies string);
`;

/** Checks TypeScript files of the project. @returns what the compiler has to say */
async function compiled(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(project.dir, name), text);
  const compilerOptions = {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    moduleDetection: 'force',
    target: 'es2024',
    strict: true,
    noEmit: true,
    types: ['node'],
    skipLibCheck: false,
  };
  const config = path.join(project.dir, 'tsconfig.json');
  await writeFile(config, JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return await run(process.execPath, [compiler, '-p', config], { cwd: project.dir }).then(
    () => '',
    (failure: { stdout: string }) => failure.stdout,
  );
}

describe('a program in TypeScript', () => {
  test('is checked against the declarations, with those of the dependencies', async () => {
    expect(await compiled({ 'consumer.ts': CONSUMER })).toBe('');
  });

  test('that is CommonJS sees the same types', async () => {
    const text = `
import watchfire = require('watchfire');
const one: watchfire.Watchfire = new watchfire.Watchfire({ chunkSize: 10 });
// @ts-expect-error there is no such setting
new watchfire.Watchfire({ chunksize: 10 });
export = one;
`;
    expect(await compiled({ 'required.cts': text })).toBe('');
  });

  test('that stands in a page is right, under --strict', async () => {
    const pages = ['README.md', ...(await filesIn(path.join(root, 'docs'))).map((file) => path.join('docs', file))];
    const samples: Record<string, string> = {};
    for (const page of pages.filter((file) => file.endsWith('.md'))) {
      const text = await readFile(path.join(root, page), 'utf8');
      for (const [n, [, sample = '']] of [...text.matchAll(/^ *```(?:ts|js)\n([\s\S]*?)^ *```$/gm)].entries()) {
        samples[`${path.basename(page, '.md').toLowerCase()}-${n}.ts`] = sample;
      }
    }
    expect(Object.keys(samples)).toContain('readme-0.ts');
    expect(await compiled(samples)).toBe('');
  });
});
