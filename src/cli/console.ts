import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Watchfire } from '../engine.ts';
import { InvalidDocument } from '../errors.ts';
import { addressOf, isLoopback } from '../http/address.ts';
import { isAddress, publicUrl } from '../session.ts';
import { withPassword } from './private-password.ts';
import { type Io, Misuse } from './verb.ts';

type Options = Readonly<Record<string, unknown>>;

/** Where the console listens when nobody says otherwise. */
export const DEFAULT_CONSOLE = '127.0.0.1:9466';

/** A shorter token could be guessed. */
const SHORTEST_TOKEN = 16;
const TOKEN_BYTES = 1_024;

/** The bits of a file's mode that let others read, write or run it. */
const OF_OTHERS = 0o077;

/** A console that answers. `address`: to be opened; `page`: whether it has a page, or its API alone. */
export type RunningConsole = Readonly<{ address: string; page: boolean; stop: () => Promise<void> }>;

/** What a console may do. */
export type ConsoleSettings = Readonly<{
  allowChanges: boolean;
  token: string | null;
  /** Where the token stands, to be named; null: in the environment, or nowhere */
  tokenFile: string | null;
  scratch?: string;
  /** What has to take part so that this process is ready (/readyz) */
  parts?: readonly string[];
}>;

/** Declares what a console may do. */
export function consoleOptions(command: Command): Command {
  return command
    .option('--allow-changes', 'let those who have the token change the engine from the console', false)
    .option('--token-file <file>', 'a 0600 file with the token of the console (default: WATCHFIRE_CONSOLE_TOKEN)');
}

/** Reads them. @throws Misuse */
export function consoleSettings(options: Options, io: Pick<Io, 'env'>): ConsoleSettings {
  const allowChanges = options.allowChanges === true;
  const token = tokenOf(options, io);
  if (allowChanges && token === null)
    throw new Misuse('--allow-changes: needs a token, from --token-file or WATCHFIRE_CONSOLE_TOKEN');
  const tokenFile = options.tokenFile === undefined ? null : String(options.tokenFile);
  return { allowChanges, token, tokenFile, ...scratchOf(options, io) };
}

function scratchOf({ scratch }: Options, { env }: Pick<Io, 'env'>): { scratch?: string } {
  if (scratch === undefined) return {};
  const url = String(scratch);
  if (!isAddress(url))
    throw new Misuse(`--scratch: must be a URL like redis://127.0.0.1:6379 (found "${publicUrl(url)}")`);
  return { scratch: withPassword(url, env) };
}

function tokenOf({ tokenFile }: Options, { env }: Pick<Io, 'env'>): string | null {
  const [by, token] =
    tokenFile === undefined
      ? ['WATCHFIRE_CONSOLE_TOKEN', env.WATCHFIRE_CONSOLE_TOKEN || null]
      : ['--token-file', tokenIn(String(tokenFile))];
  if (token === null) return null;
  if (token.length >= SHORTEST_TOKEN && token.length <= TOKEN_BYTES && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new Misuse(`${by}: must be ${SHORTEST_TOKEN} to ${TOKEN_BYTES} visible ASCII characters`);
}

/** The file of a token in a folder that is ours alone; one is made where there is none. */
export function ownTokenFile(folder: string): string {
  const file = path.join(folder, 'console-token');
  try {
    writeFileSync(file, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return file;
}

/** The first line of a file that nobody else may read. */
function tokenIn(file: string): string {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, 'r');
    const { mode, size } = fstatSync(descriptor);
    if ((mode & OF_OTHERS) !== 0) throw new Misuse(`--token-file: others may read ${file}; chmod 600 it`);
    if (size > 2 * TOKEN_BYTES) throw new Misuse(`--token-file: ${file} is too long for a token`);
    return readFileSync(descriptor, 'utf8').split('\n', 1)[0]?.trim() ?? '';
  } catch (error) {
    if (error instanceof Misuse) throw error;
    throw new Misuse(`--token-file: cannot read ${file}: ${(error as Error).message}`);
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** The folder of the built page: beside the compiled program, or in a checkout where it was built; null where it is not built. */
function pageFolder(): string | null {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const folder = path.join(here, import.meta.url.endsWith('.ts') ? '../../console/dist' : '../page');
  return existsSync(path.join(folder, 'index.html')) ? folder : null;
}

/**
 * Answers at an address until it is stopped.
 * @throws Misuse for an address off this machine without a token; InvalidDocument where it cannot be had
 */
export async function startConsole(
  watchfire: Watchfire,
  address: string,
  settings: ConsoleSettings,
  logger: Logger,
): Promise<RunningConsole> {
  const { allowChanges, token, scratch } = settings;
  // Loaded here only: others need none of it.
  const [{ Console }, { startListener }, { CONSOLE_TOOLS }] = await Promise.all([
    import('../console/console.ts'),
    import('../console/listener.ts'),
    import('./console-tools.ts'),
  ]);
  const at = addressOf(address, 'http', DEFAULT_CONSOLE);
  const loopback = isLoopback(at.host);
  if (!loopback && token === null)
    throw new Misuse(
      '--http: an address that others reach needs a token, from --token-file or WATCHFIRE_CONSOLE_TOKEN',
    );
  const page = pageFolder();
  const rules = { loopback, token, allowChanges };
  const console = new Console({
    ...{ watchfire, tools: CONSOLE_TOOLS, rules, logger, page },
    ...(scratch !== undefined && { scratch }),
  });
  // The server of the process answers what monitoring asks as well.
  const answers = await watchfire.httpAnswers(loopback, { parts: settings.parts ?? [] });
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    if (console.hidesMetrics(request)) {
      response.writeHead(401, { 'content-type': 'text/plain', 'www-authenticate': 'Bearer' }).end('needs the token\n');
      return true;
    }
    return answers(request, response) || (await console.handle(request, response));
  };
  const listening = await startListener(at, handle);
  return {
    address: `http://${listening.address}/`,
    page: page !== null,
    stop: async () => {
      await console.close();
      await listening.stop();
    },
  };
}

/** The same where another program may have the address: then at any free port of this machine. */
export async function startConsoleAnywhere(
  watchfire: Watchfire,
  address: string | null,
  settings: ConsoleSettings,
  logger: Logger,
): Promise<RunningConsole> {
  if (address !== null) return await startConsole(watchfire, address, settings, logger);
  try {
    return await startConsole(watchfire, DEFAULT_CONSOLE, settings, logger);
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return await startConsole(watchfire, '127.0.0.1:0', settings, logger);
  }
}

/** What is said of a console that answers. */
export function consoleInWords(
  { address, page }: RunningConsole,
  { allowChanges, tokenFile }: ConsoleSettings,
): string {
  const changes = allowChanges ? `changes with the token${tokenFile === null ? '' : ` of ${tokenFile}`}` : 'read-only';
  return `console ${address}  ${changes}${page ? '' : '; its page is not built here, so the API alone answers'}`;
}
