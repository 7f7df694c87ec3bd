import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../house/tree.ts';
import { PATIENCE_MS } from '../support/eventually.ts';
import { environment } from './installed.ts';

const run = promisify(execFile);

/** The two ways in which a program can load a package. */
export type Loading = 'import' | 'require';

const NEEDED = [
  ['Worker', 'bullmq'],
  ['Redis', 'ioredis'],
  ['pino', 'pino'],
  ['InvalidDocument, Watchfire', 'watchfire'],
];

const APPLICATION = `
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

/** A file of a program, by a name that says how Node reads it. */
export type Program = Readonly<{ name: string; text: string }>;

/** A program in plain JavaScript: puts an automation, emits, works, and takes the job with its own BullMQ worker. */
export function application(loading: Loading): Program {
  const imports = loading === 'import';
  const lines = NEEDED.map(([names, from]) =>
    imports ? `import { ${names} } from '${from}';` : `const { ${names} } = require('${from}');`,
  );
  const text = `${lines.join('\n')}\n\nvoid (async () => {${APPLICATION}})();\n`;
  return { name: imports ? 'app.mjs' : 'app.cjs', text };
}

/** What `application` prints as JSON, in the words of `expect`: the job with its data. */
export const TAKEN = {
  name: 'call',
  answer: 'PONG',
  refused: 'resource.id: is required',
  data: {
    automation: { id: 'failures', name: 'Two failed orders' },
    firing: { state: 'Triggered', triggering_labels: { id: 'customer.7' } },
    triggering_event: { id: 'e2', event: 'order.failed' },
    action: { type: 'queue', queue: 'support', name: 'call' },
    action_index: 0,
    data: { urgency: 'high' },
  },
};

/** A program that requires the package, imports it too, and prints whether both are one. */
export const REQUIRING: Program = {
  name: 'requiring.cjs',
  text: `
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
`,
};

/** A program that tests one of the package's examples, and prints what came of it. */
export const TESTING: Program = {
  name: 'testing.mjs',
  text: `
import { testEngine } from 'watchfire/testing';
const engine = await testEngine({ automations: ['node_modules/watchfire/examples/automations/payment-overdue.yaml'] });
await engine.send({ event: 'order.placed', resource: { id: 'order.1' } });
await engine.at('15m');
const { firings, jobs } = await engine.settled();
await engine.close();
console.log(JSON.stringify({ firings: firings.length, jobs: jobs.map(({ name }) => name) }));
`,
};

/** A program that reads a text as the package's console does, in a thread, and prints what is wrong with it. */
export const DRAFTS: Program = {
  name: 'drafts.mjs',
  text: `
import { CONSOLE_TOOLS } from './node_modules/watchfire/dist/cli/console-tools.js';
import { Drafts } from './node_modules/watchfire/dist/console/drafts.js';
const drafts = new Drafts(CONSOLE_TOOLS.draftThread, { limitMs: 60_000 });
const { problems } = await drafts.read('name: x', [], new AbortController().signal);
await drafts.close();
console.log(JSON.stringify(problems.map(({ path, message }) => path + ': ' + message)));
`,
};

/** A program in TypeScript that uses what the package declares, and is right. */
export const CONSUMER = `
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { type Clock, InvalidDocument, ManualClock, type TriggeredAction, Watchfire, type WatchfireOptions } from 'watchfire';
import { testEngine } from 'watchfire/testing';

await using engine = await testEngine({ automations: ['orders.yaml'] });
await engine.send({ event: 'order.placed', resource: { id: 'order.1' } });
await engine.at('15m');
// @ts-expect-error a length of time begins with a number
await engine.at('soon');
const job: string | undefined = engine.jobs[0]?.name;
console.log(job, engine.firings[0]?.state satisfies 'Triggered' | 'Resolved' | undefined);

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

/** A program in CommonJS that sees the same types. */
export const REQUIRED = `
import watchfire = require('watchfire');
const one: watchfire.Watchfire = new watchfire.Watchfire({ chunkSize: 10 });
// @ts-expect-error there is no such setting
new watchfire.Watchfire({ chunksize: 10 });
export = one;
`;

/** Writes a program into a project and runs it. `node`: which one, else the pinned. @returns what it prints, as JSON */
export async function runIn(
  dir: string,
  { name, text }: Program,
  env: Readonly<Record<string, string>>,
  node = process.execPath,
): Promise<unknown> {
  const file = path.join(dir, name);
  await writeFile(file, text);
  const options = { cwd: dir, env: environment(env), timeout: PATIENCE_MS, killSignal: 'SIGKILL' } as const;
  const { stdout } = await run(node, [file], options);
  return JSON.parse(stdout);
}

/** Checks TypeScript files of a project under --strict. @returns what the compiler has to say */
export async function compileIn(dir: string, files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(dir, name), text);
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
  const config = path.join(dir, 'tsconfig.json');
  await writeFile(config, JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  const compiler = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  return await run(process.execPath, [compiler, '-p', config], { cwd: dir }).then(
    () => '',
    (failure: { stdout: string }) => failure.stdout,
  );
}
