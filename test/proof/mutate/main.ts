import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RedisProgram } from '../../../src/redis/find-server.ts';
import { obtainRedisServer, startRedisServer } from '../../../src/redis/server.ts';
import { rest } from './lua-rest.ts';
import { windows } from './lua-windows.ts';
import type { Mutation } from './mutation.ts';
import { type Outcome, run } from './run.ts';
import { typescript } from './typescript.ts';

/**
 * Breaks the rules of the semantics one by one, each in a copy of the project, and sees whether the tests notice.
 * `npm run mutate [WORDS]`: only mutations whose rule or file contains WORDS. Ends with 1 when one survives.
 */
const MUTATIONS: readonly Mutation[] = [...windows, ...rest, ...typescript];

/** Copies that are worked on at the same time: each keeps a core and a half busy. */
const LANES = 2;

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const COPIED = ['lua', 'src', 'test', 'package.json', 'package-lock.json', 'tsconfig.json', 'vitest.config.ts'];

/** A copy of the project, with its packages and the traces where the tests look for them. */
function copyProject(folder: string): string {
  const copy = path.join(folder, 'main');
  mkdirSync(copy, { recursive: true });
  for (const name of COPIED) cpSync(path.join(PROJECT, name), path.join(copy, name), { recursive: true });
  symlinkSync(path.join(PROJECT, 'node_modules'), path.join(copy, 'node_modules'));
  symlinkSync(path.join(PROJECT, '..', 'shared'), path.join(folder, 'shared'));
  return copy;
}

/** Mutations whose place is not exactly one: the source has moved on, and the list must follow. */
function misplaced(): string[] {
  const texts = new Map(MUTATIONS.map(({ file }) => [file, readFileSync(path.join(PROJECT, file), 'utf8')]));
  const places = ({ file, find }: Mutation): number => (texts.get(file) ?? '').split(find).length - 1;
  return MUTATIONS.filter((one) => places(one) !== 1).map((one) => `${one.file}: ${one.rule}: ${places(one)} places`);
}

async function tryOne(program: RedisProgram, copy: string, mutation: Mutation | null): Promise<Outcome> {
  const file = mutation === null ? null : path.join(copy, mutation.file);
  const original = file === null ? '' : readFileSync(file, 'utf8');
  // A function, since `$` in a replacement has a meaning.
  if (file !== null && mutation !== null)
    writeFileSync(
      file,
      original.replace(mutation.find, () => mutation.replace),
    );
  // A server of its own: a script that never ends can only be stopped together with its server.
  const server = await startRedisServer({ port: 0, dir: null, program });
  try {
    return await run(copy, server.url);
  } finally {
    await server.stop();
    if (file !== null) writeFileSync(file, original);
  }
}

const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'watchfire-mutate-')));
try {
  process.exitCode = await main(process.argv.slice(2).join(' '));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main(words: string): Promise<number> {
  const lost = misplaced();
  for (const line of lost) console.log(`not found  ${line}`);
  const chosen = MUTATIONS.filter(({ rule, file }) => `${rule} ${file}`.includes(words));
  const copies = Array.from({ length: LANES }, (_, i) => copyProject(path.join(folder, `${i}`)));
  const program = await obtainRedisServer((sentence) => console.log(sentence));
  const sound = await tryOne(program, copies[0] ?? '', null);
  if (sound.by !== null) {
    console.log(`the tests fail without any mutation: ${sound.by}`);
    return 1;
  }
  const begun = performance.now();
  const survivors: string[] = [];
  const waiting = chosen.values();
  const lane = async (copy: string): Promise<void> => {
    for (const mutation of waiting) {
      const { by, seconds } = await tryOne(program, copy, mutation);
      console.log(
        `${by === null ? 'SURVIVED ' : 'caught   '} ${mutation.file}: ${mutation.rule} (${by ?? 'nobody'}, ${seconds} s)`,
      );
      if (by === null) survivors.push(mutation.rule);
    }
  };
  await Promise.all(copies.map(lane));
  const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutations caught in ${minutes} minutes`);
  for (const rule of survivors) console.log(`survived: ${rule}`);
  return survivors.length + lost.length === 0 ? 0 : 1;
}
