import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { AutomationDocument } from '../documents/given.ts';
import type { RedisProgram } from '../embedded/find-server.ts';
import { obtainRedisServer, type RedisServer, refuseBusy, startRedisServer } from '../embedded/server.ts';
import type { Watchfire } from '../engine.ts';
import { parseAutomation } from '../model/automation.ts';
import { documentsIn } from './documents.ts';
import { problemText } from './position.ts';
import type { Io } from './verb.ts';

/** Examples stand beside `src` in a checkout; a package may be without them. */
const EXAMPLES = fileURLToPath(new URL('../../examples/automations/', import.meta.url));

/** Starts the private Redis that keeps its data in `dir`. @throws PortTaken, AlreadyRunning, RedisMissing, RedisNotStarted */
export async function embeddedRedis(
  { port, dir }: Readonly<{ port: number; dir: string }>,
  options: Readonly<Record<string, unknown>>,
  io: Io,
): Promise<RedisServer> {
  const place = { port, dir: path.resolve(dir) };
  // Nobody is asked to install a server for a port that it cannot have.
  await refuseBusy(place);
  return await startRedisServer({ ...place, program: await serverProgram(options, io) });
}

/** Declares `--install`. */
export function installOption(command: Command): Command {
  return command.option(
    '--install',
    'install a Redis server where none is, without asking (as where CI is set)',
    false,
  );
}

/** The server program of this machine; before one is installed a person is asked. @throws RedisMissing */
export async function serverProgram(options: Readonly<Record<string, unknown>>, io: Io): Promise<RedisProgram> {
  const allowed = options.install === true || !['', '0', 'false'].includes(io.env.CI ?? '');
  return await obtainRedisServer(
    (sentence) => io.err(`watchfire: ${sentence}`),
    async (commands) =>
      allowed || ((await io.ask?.(`No Redis server is on the path. Install one by: ${commands}?`)) ?? false),
  );
}

/**
 * Puts the example automations into a namespace that never had any. One that had keeps what it has: nothing that
 * a user changed or deleted comes back.
 * @returns how many were put
 */
export async function putExamples(watchfire: Watchfire): Promise<number> {
  const { generation } = await watchfire.status();
  if (generation > 0 || !existsSync(EXAMPLES)) return 0;
  const files = (await readdir(EXAMPLES)).filter((file) => file.endsWith('.yaml')).sort();
  const documents: AutomationDocument[] = [];
  for (const file of files) {
    const { found, problems } = documentsIn({ file, text: await readFile(path.join(EXAMPLES, file), 'utf8') });
    if (problems.length > 0) throw new Error(problems.map(problemText).join('; '));
    documents.push(...found.map(({ document }) => parseAutomation(document).document));
  }
  for (const document of documents) await watchfire.put(document);
  return documents.length;
}
