import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AutomationDocument } from '../documents/given.ts';
import { obtainRedisServer, type RedisServer, startRedisServer } from '../embedded/server.ts';
import type { Watchfire } from '../engine.ts';
import { parseAutomation } from '../model/automation.ts';
import { documentsIn } from './documents.ts';
import type { Io } from './verb.ts';

/** Examples stand beside `src` in a checkout; a package may be without them. */
const EXAMPLES = fileURLToPath(new URL('../../examples/automations/', import.meta.url));

/** Starts the private Redis that keeps its data in `dir`. @throws PortTaken, AlreadyRunning, RedisMissing, RedisNotStarted */
export async function embeddedRedis(port: number, dir: string, io: Io): Promise<RedisServer> {
  const program = await obtainRedisServer((sentence) => io.err(`watchfire: ${sentence}`));
  return await startRedisServer({ port, dir: path.resolve(dir), program });
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
    if (problems.length > 0) throw new Error(problems.join('; '));
    documents.push(...found.map(({ document }) => parseAutomation(document).document));
  }
  for (const document of documents) await watchfire.put(document);
  return documents.length;
}
