import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import type { RedisProgram } from '../../../src/embedded/find-server.ts';
import { obtainRedisServer, startRedisServer } from '../../../src/embedded/server.ts';
import { commandLine } from '../../support/usage.ts';
import { copyProject, during, PROJECT } from './copy.ts';
import { faultOf } from './fitness.ts';
import { GROUPS, type Group, type Mutation, mutationsIn } from './mutation.ts';
import { ask, endLeftovers, type Judge, type Notice } from './run.ts';

/**
 * Breaks the rules and takes away what protects the engine, one by one, each in a copy of the project, and
 * sees whether the tests notice. Ends with 1 when one survives.
 */
const USAGE = `npm run proof -- mutate [--only rules|protections --from N --first WORDS]

  --only   one of the two groups
  --from   from the Nth of them on
  --first  asks the tests alone that are most likely to notice
  WORDS    only mutations whose rule or file contains them`;

/** After the tests that are the most likely to notice: a rule is compared with the model, and then comes all that could tell. */
const LAST_ASKED: Readonly<Record<Group, readonly Judge[]>> = {
  rules: ['comparison', ['test/rigs/proof/found.test.ts', 'test/lua', 'test/unit', 'test/apply/chunk.test.ts']],
  protections: [
    [
      'test/lua',
      'test/unit',
      'test/redis',
      'test/apply',
      'test/relay',
      'test/services',
      'test/rigs/chaos/kill.test.ts',
    ],
  ],
};

/** Copies that are worked on at the same time: each keeps a core and a half busy. */
const LANES = 2;

/** What a shell expects of a program that was interrupted. */
const INTERRUPTED = 130;

type Trial = Readonly<{ mutation: Mutation; judges: readonly Judge[] }>;

/** Whether somebody noticed, and who. An unfit mutation says nothing, and why. */
type Verdict = Readonly<{ word: 'noticed' | 'SURVIVED' | 'unfit'; why: string }>;

const unfit = (why: string): Verdict => ({ word: 'unfit', why });

const sound = new Map<string, Promise<Notice>>();
const stopping = new AbortController();
const { signal } = stopping;
const mutations = await mutationsIn(PROJECT);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stopping.abort());
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'watchfire-mutate-')));
const temporary = path.join(folder, 'temporary');
async function main(): Promise<number> {
  const trials = commandLine(USAGE, chosen);
  const program = await obtainRedisServer((sentence) => console.log(sentence));
  const faults = await withServer(program, (redisUrl) => faultsOf(trials, redisUrl));
  mkdirSync(temporary);
  const begun = performance.now();
  const waiting = trials.entries();
  const others: string[] = [];
  const lane = async (lane: number): Promise<void> => {
    const copy = copyProject(path.join(folder, `${lane}`));
    for (const [i, { mutation, judges }] of waiting) {
      const since = performance.now();
      const fault = faults.get(mutation);
      const verdict = fault === undefined ? await tryOne(program, copy, mutation, judges) : unfit(fault);
      if (signal.aborted) return;
      const what = `${mutation.file}: ${mutation.rule}`;
      const line = `${verdict.word.padEnd(8)} ${`${i + 1}/${trials.length}`.padStart(7)} ${what}`;
      console.log(`${line} (${Math.round((performance.now() - since) / 1_000)} s: ${verdict.why})`);
      if (verdict.word !== 'noticed') others.push(`${verdict.word}: ${what}`);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, i) => lane(i)));
  if (signal.aborted) return INTERRUPTED;
  for (const line of others) console.log(line);
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`${trials.length - others.length} of ${trials.length} noticed, ${minutes} minutes`);
  return others.length === 0 ? 0 : 1;
}

function chosen(): Trial[] {
  const options = {
    only: { type: 'string' },
    from: { type: 'string', default: '1' },
    first: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const { only, from, first } = values;
  const groups = GROUPS.filter((group) => only === undefined || group === only);
  if (groups.length === 0) throw new Error(`--only takes ${GROUPS.join(' or ')}`);
  const words = positionals.join(' ');
  const all = mutations
    .filter(({ group }) => groups.includes(group))
    .filter(({ rule, file }) => `${rule} ${file}`.includes(words))
    .slice(Number(from) - 1)
    .map((mutation) => ({
      mutation,
      judges: first ? [[mutation.test]] : [[mutation.test], ...LAST_ASKED[mutation.group]],
    }));
  if (all.length === 0) throw new Error(`there is no mutation whose rule or file contains "${words}"`);
  return all;
}

async function faultsOf(trials: readonly Trial[], redisUrl: string): Promise<Map<Mutation, string>> {
  const redis = new Redis(redisUrl);
  const scripts = readdirSync(new URL('../../../lua/', import.meta.url)).filter((file) => file.endsWith('.lua'));
  const names = scripts.map((file) => file.slice(0, -'.lua'.length));
  const faults = new Map<Mutation, string>();
  for (const { mutation } of trials) {
    const fault = await faultOf(mutation, names, redis);
    if (fault !== null) faults.set(mutation, fault);
  }
  redis.disconnect();
  return faults;
}

/** A server of its own, open as that of all tests: a script that never ends can only be stopped together with its server. */
async function withServer<T>(program: RedisProgram, run: (redisUrl: string) => Promise<T>): Promise<T> {
  const server = await startRedisServer({ port: 0, dir: null, program, open: true });
  try {
    return await run(server.url);
  } finally {
    await server.stop();
  }
}

async function tryOne(
  program: RedisProgram,
  copy: string,
  mutation: Mutation,
  judges: readonly Judge[],
): Promise<Verdict> {
  try {
    const notice = await withServer(program, (redisUrl) =>
      during(copy, mutation, () => ask(judges, { copy, temporary, redisUrl, signal })),
    );
    if (notice === null) return { word: 'SURVIVED', why: 'nobody' };
    const without = await noticeWithout(program, copy, notice.again);
    return without === null ? { word: 'noticed', why: notice.by } : unfit(`without it fails as well ${without.by}`);
  } catch (error) {
    return unfit((error as Error).message);
  }
}

/** What somebody says while nothing is broken, and should not; asked once, when it first noticed something. */
async function noticeWithout(program: RedisProgram, copy: string, judge: Judge): Promise<Notice> {
  const known = sound.get(String(judge));
  if (known !== undefined) return await known;
  const askOnce = () => withServer(program, (redisUrl) => ask([judge], { copy, temporary, redisUrl, signal }));
  // A machine that is busy can make a test fail once.
  const asked = askOnce().then(async (notice) => (notice === null ? null : await askOnce()));
  sound.set(String(judge), asked);
  return await asked;
}

try {
  process.exitCode = await main();
} finally {
  await endLeftovers(temporary);
  rmSync(folder, { recursive: true, force: true });
}
