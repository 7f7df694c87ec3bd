import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import type { RedisProgram } from '../../../src/redis/find-server.ts';
import { obtainRedisServer, startRedisServer } from '../../../src/redis/server.ts';
import { copyProject, during } from './copy.ts';
import { unfit } from './fitness.ts';
import { rest } from './lua-rest.ts';
import { windows } from './lua-windows.ts';
import type { Mutation } from './mutation.ts';
import { services } from './protect-services.ts';
import { steps } from './protect-steps.ts';
import { ask, endLeftovers, type Judge, type Notice } from './run.ts';
import { typescript } from './typescript.ts';

/**
 * Breaks the rules of the semantics and takes away what protects the engine, one by one, each in a copy of the project, and
 * sees whether the tests notice. `npm run mutate -- [--only rules|protections] [--from N] [WORDS]`: only mutations whose rule or
 * file contains WORDS, and from the Nth of them on. Ends with 1 when one survives.
 */
const GROUPS: Readonly<Record<string, readonly Mutation[]>> = {
  rules: [...windows, ...rest, ...typescript],
  protections: [...steps, ...services],
};

/** After the tests that are the most likely to notice: a rule is compared with the model, and then comes all that could tell. */
const LAST_ASKED: Readonly<Record<string, readonly Judge[]>> = {
  rules: ['comparison', ['test/proof/found.test.ts', 'test/lua', 'test/unit', 'test/services/chunk.test.ts']],
  protections: [['test/lua', 'test/unit', 'test/redis', 'test/services', 'test/chaos/kill.test.ts']],
};

/** Copies that are worked on at the same time: each keeps a core and a half busy. */
const LANES = 2;

type Trial = Readonly<{ group: string; mutation: Mutation }>;

const sound = new Map<string, Promise<boolean>>();
const stopping = new AbortController();
const { signal } = stopping;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'watchfire-mutate-')));
const temporary = path.join(folder, 'temporary');
async function main(): Promise<number> {
  const trials = chosen();
  const program = await obtainRedisServer((sentence) => console.log(sentence));
  const faults = await withServer(program, (redisUrl) => faultsOf(trials, redisUrl));
  for (const sentence of faults) console.log(`unfit: ${sentence}`);
  if (trials.length === 0 || faults.length > 0) return 1;
  mkdirSync(temporary);
  const begun = performance.now();
  const waiting = trials.entries();
  const survivors: Trial[] = [];
  const unsound = new Set<string>();
  const lane = async (lane: number): Promise<void> => {
    const copy = copyProject(path.join(folder, `${lane}`));
    for (const [i, trial] of waiting) {
      if (signal.aborted) return;
      const since = performance.now();
      const notice = await tryOne(program, copy, trial);
      if (signal.aborted) return;
      if (notice === null) survivors.push(trial);
      else if (!(await isSound(program, copy, notice.again))) unsound.add(String(notice.again));
      console.log(lineOf(`${i + 1}/${trials.length}`, trial, notice, Math.round((performance.now() - since) / 1_000)));
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
  if (signal.aborted) return 130;
  for (const judge of unsound) console.log(`fails without any mutation as well: ${judge}`);
  for (const { mutation } of survivors) console.log(`SURVIVED ${mutation.file}: ${mutation.rule}`);
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`${trials.length - survivors.length} of ${trials.length} noticed, ${minutes} minutes`);
  return survivors.length + unsound.size === 0 ? 0 : 1;
}

function chosen(): Trial[] {
  const options = { only: { type: 'string' }, from: { type: 'string', default: '1' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { only, from } = values;
  if (only !== undefined && GROUPS[only] === undefined)
    throw new Error(`--only takes ${Object.keys(GROUPS).join(' or ')}`);
  const words = positionals.join(' ');
  return Object.entries(GROUPS)
    .filter(([group]) => only === undefined || group === only)
    .flatMap(([group, mutations]) => mutations.map((mutation) => ({ group, mutation })))
    .filter(({ mutation: { rule, file } }) => `${rule} ${file}`.includes(words))
    .slice(Number(from) - 1);
}

async function faultsOf(trials: readonly Trial[], redisUrl: string): Promise<string[]> {
  const redis = new Redis(redisUrl);
  const scripts = readdirSync(new URL('../../../lua/', import.meta.url)).filter((file) => file.endsWith('.lua'));
  const names = scripts.map((file) => file.slice(0, -'.lua'.length));
  const faults = await unfit(
    trials.map(({ mutation }) => mutation),
    names,
    redis,
  );
  redis.disconnect();
  return faults;
}

/** A server of its own: a script that never ends can only be stopped together with its server. */
async function withServer<T>(program: RedisProgram, run: (redisUrl: string) => Promise<T>): Promise<T> {
  const server = await startRedisServer({ port: 0, dir: null, program });
  try {
    return await run(server.url);
  } finally {
    await server.stop();
  }
}

async function tryOne(program: RedisProgram, copy: string, { group, mutation }: Trial): Promise<Notice> {
  const judges = [mutation.tests, ...(LAST_ASKED[group] ?? [])];
  return await withServer(program, (redisUrl) =>
    during(copy, mutation, () => ask(judges, { copy, temporary, redisUrl, signal })),
  );
}

/** Whether it says nothing while nothing is broken; asked once, when it first noticed something. */
async function isSound(program: RedisProgram, copy: string, judge: Judge): Promise<boolean> {
  const known = sound.get(String(judge));
  if (known !== undefined) return await known;
  const asked = withServer(
    program,
    async (redisUrl) => (await ask([judge], { copy, temporary, redisUrl, signal })) === null,
  );
  sound.set(String(judge), asked);
  return await asked;
}

function lineOf(number: string, { mutation }: Trial, notice: Notice, seconds: number): string {
  const what = `${number.padStart(7)} ${mutation.file}: ${mutation.rule}`;
  return notice === null ? `SURVIVED ${what} (${seconds} s)` : `noticed  ${what} (${seconds} s: ${notice.by})`;
}

try {
  process.exitCode = await main();
} finally {
  await endLeftovers(temporary);
  rmSync(folder, { recursive: true, force: true });
}
