import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { append, define, empty, logOf, NAMESPACE, untilApplied } from './engine.ts';
import { Program } from './program.ts';
import type { Context, Result } from './result.ts';
import { counted, counters, order } from './shop.ts';

const AUTOMATIONS = 1_000;

/**
 * Events of two logs. What starting and compiling takes is in both, and goes away with the difference: V8 compiles again and again for some
 * ten thousand events, at several times what these cost.
 */
const LENGTHS = [100_000, 200_000] as const;
const LENGTHS_SHORT = [30_000, 60_000] as const;

type Kind = Readonly<{ name: string; event: (i: number) => Readonly<Record<string, unknown>> }>;

const KINDS: readonly Kind[] = [
  { name: 'an applied event, every fifth fires', event: (i) => counted(i, AUTOMATIONS, '') },
  { name: 'an event that nobody wants', event: (i) => order(`page.viewed-${i % 1_000}`, i % 5_000) },
];

/**
 * Instructions of Node for an event, by callgrind: about the same at every hour, whatever else the machine does. It takes ten minutes for each kind.
 * @throws where there is no valgrind
 */
export async function run(context: Context): Promise<Result[]> {
  await promisify(execFile)('valgrind', ['--version']);
  const folder = await mkdtemp(path.join(tmpdir(), 'watchfire-instructions-'));
  try {
    const results: Result[] = [];
    for (const kind of KINDS) {
      const value = await perEvent(context, kind, folder, worker);
      const base = await perEvent(context, kind, folder, bareLoop);
      const common = { unit: 'instructions/event', better: 'less', targets: [], note: '' } as const;
      const against = 'a bare loop of XREADGROUP and XACK';
      results.push({ ...common, name: `Node: ${kind.name}`, value, against, base, ratio: value / base });
    }
    return results;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Starts a program that leaves its profile in `file`, and has it take what is in the log. */
type Taking = (context: Context, file: string, last: string) => Promise<Program>;

const worker: Taking = async ({ url, redis }, file, last) => {
  const program = new Program('worker.ts', [url, NAMESPACE], file);
  await program.ask('start');
  await untilApplied(redis, [[last, '']]);
  return program;
};

const bareLoop: Taking = async ({ url }, file) => {
  const program = new Program('bare.ts', [url], file);
  await program.ask('read');
  return program;
};

async function perEvent(context: Context, kind: Kind, folder: string, taking: Taking): Promise<number> {
  const [few, many] = context.short ? LENGTHS_SHORT : LENGTHS;
  const totals: number[] = [];
  for (const length of [few, many]) {
    await empty(context);
    await define(context.redis, counters(AUTOMATIONS));
    const log = logOf(length, 0, kind.event);
    await append(context.redis, log);
    const file = path.join(folder, `${taking.name}-${length}`);
    const program = await taking(context, file, log.at(-1)?.[0] ?? '');
    await program.stop();
    totals.push(Number(/^totals: (\d+)/m.exec(await readFile(file, 'utf8'))?.[1]));
  }
  return ((totals[1] ?? Number.NaN) - (totals[0] ?? Number.NaN)) / (many - few);
}
