import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testServer } from '../src/testing.ts';
import { inPairs, type Sample, timed } from './measure.ts';
import type { Context, Result } from './result.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAYMENT = path.join(ROOT, 'examples/automations/payment-overdue.yaml');
const START_MS = Date.UTC(2026, 0, 1);

const placed = { event: 'order.placed', resource: { id: 'order.1' } };
const paid = { event: 'order.paid', resource: { id: 'order.1' } };

/** The test of the documentation: a reminder after a quarter of an hour, taken back by a late payment. */
const STEPS = [
  { at: '0s', send: placed },
  { at: '15m', expect: [{ automation: 'payment-overdue', jobs: [{ queue: 'billing', name: 'remind' }] }] },
  {
    at: '20m',
    send: paid,
    expect: [
      { automation: 'payment-overdue', state: 'resolved', jobs: [{ queue: 'billing', name: 'stop-reminding' }] },
    ],
  },
];

/** What a test costs that somebody writes: of a file, and in a program. Each beside the same timeline by `simulate`, which expects nothing. */
export async function run(context: Context): Promise<Result[]> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-bench-'));
  try {
    const count = context.short ? 300 : 3_000;
    const simulated = (): Promise<Sample> => bySimulate(dir, count);
    const files = await inPairs(context.pairs, () => byFile(dir, count), simulated);
    const programs = await inPairs(context.pairs, () => byProgram(count), simulated);
    const shared = { unit: 'tests/s', better: 'more', against: 'the same timelines by `watchfire simulate`' } as const;
    return [
      {
        ...{
          ...shared,
          name: `\`watchfire test\`, ${count.toLocaleString('en-US')} tests of a file, from the start of the program on`,
        },
        ...{ value: files.value, base: files.base, ratio: files.ratio, targets: [{ of: 'value', bound: 200 }] },
        note: 'with a private Redis, which is started first and gone at the end',
      },
      {
        ...{
          ...shared,
          name: '`watchfire/testing`, one test after the other on one server, each with an engine of its own',
        },
        ...{
          value: programs.value,
          base: programs.base,
          ratio: programs.ratio,
          targets: [{ of: 'value', bound: 100 }],
        },
        note: 'an engine is made, fed and removed again',
      },
    ];
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function byFile(dir: string, count: number): Promise<Sample> {
  const file = path.join(dir, 'tests.json');
  const tests = Array.from({ length: count }, (_, i) => ({ name: `test ${i}`, steps: STEPS }));
  await writeFile(file, JSON.stringify({ automations: [PAYMENT], tests }));
  return { value: count / (await seconds('test', file)) };
}

async function bySimulate(dir: string, count: number): Promise<Sample> {
  const file = path.join(dir, 'scenarios.ndjson');
  const at = (minutes: number): string => new Date(START_MS + minutes * 60_000).toISOString();
  const trigger = {
    ...{ posture: 'Proactive', after: ['order.placed'], expect: ['order.paid', 'order.cancelled'] },
    ...{ match: { id: 'order.*' }, for_each: ['id'], within: '15m' },
  };
  const timeline = [
    { at: at(0), event: placed },
    { at: at(15), tick: true },
    { at: at(20), event: paid },
  ];
  const automations = [{ id: 'payment-overdue', name: 'Payment overdue', trigger }];
  const lines = Array.from({ length: count }, (_, i) => JSON.stringify({ name: `${i}`, automations, timeline }));
  await writeFile(file, `${lines.join('\n')}\n`);
  return { value: count / (await seconds('simulate', file)) };
}

/** How long a command line takes, which must end with 0. */
async function seconds(...words: string[]): Promise<number> {
  const options = { cwd: ROOT, maxBuffer: 1 << 28 };
  const main = [path.join(ROOT, 'src/cli/main.ts'), ...words];
  return (await timed(async () => void (await promisify(execFile)(process.execPath, main, options)))) / 1_000;
}

async function byProgram(count: number): Promise<Sample> {
  await using server = await testServer();
  const ms = await timed(async () => {
    for (let i = 0; i < count; i += 1) {
      await using engine = await server.engine({ automations: [PAYMENT] });
      await engine.send(placed);
      await engine.at('15m');
      await engine.send(paid);
      const { jobs } = await engine.settled();
      if (jobs.length !== 2) throw new Error(`there are ${jobs.length} jobs`);
    }
  });
  return { value: count / (ms / 1_000) };
}
