import { once } from 'node:events';
import path from 'node:path';
import { DEFAULT_NAMESPACE, DEFAULT_REDIS_PORT, DEFAULT_REDIS_URL } from '../../config.ts';
import type { RedisServer } from '../../embedded/server.ts';
import type { Watchfire } from '../../engine.ts';
import type { Automation } from '../../model/automation.ts';
import { publicUrl } from '../../session.ts';
import { type FoundTarget, lastingWatchfire, targetOf } from '../connect.ts';
import {
  type ConsoleSettings,
  consoleInWords,
  consoleOptions,
  consoleSettings,
  DEFAULT_CONSOLE,
  ownTokenFile,
  startConsoleAnywhere,
} from '../console.ts';
import { embeddedRedis, installOption, putExamples } from '../embedded.ts';
import { httpInOptions, startHttpIn } from '../http-in.ts';
import { linesTo, warningsTo } from '../logging.ts';
import { DEFAULT_DIR, privateAddress } from '../private-password.ts';
import { linksOption, linksSetting, targetsFile, targetsOption } from '../reactions.ts';
import { wholeOption } from '../settings.ts';
import { sourcesFile, sourcesOption } from '../sources.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { painter } from '../view/live.ts';
import { asJson, outputOption } from '../view/output.ts';
import { watch } from '../view/watch.ts';

type Options = Readonly<Record<string, unknown>>;

/** How the verbs are called: from the sources, as in a checkout, nothing is on the path. */
const COMMAND = import.meta.url.endsWith('.ts') ? 'npm run -s watchfire --' : 'watchfire';

export const verb: Verb = {
  configure(command) {
    httpInOptions(consoleOptions(linksOption(sourcesOption(targetsOption(installOption(outputOption(command)))))))
      .option('--port <port>', `port of the private Redis on 127.0.0.1 (default: ${DEFAULT_REDIS_PORT})`)
      .option('--allow-unprotected', 'run on a Redis elsewhere although it lets everybody in', false)
      .option('--no-examples', 'put no example automations')
      .option(
        '--http <address>',
        `where the console listens (default: ${DEFAULT_CONSOLE}, or any port where that is taken)`,
      )
      .option('--no-console', 'serve no page to look at it')
      .option('--dir <folder>', `where the private Redis keeps its data (default: ${DEFAULT_DIR})`)
      .addHelpText(
        'after',
        '\nEverything in one: a private Redis with its data on disk, one worker that also carries out actions, the example automations when there never\n' +
          'were any, and live output of events, firings and jobs, and a page to look at all of it. With --redis or REDIS_URL it uses that Redis instead.\n' +
          'Ctrl-C stops it; started again it goes on where it was.\n\nExample:\n  watchfire start --port 6391 --dir /var/lib/watchfire',
      );
  },

  async run(_, options, io) {
    const own = ownServer(options, io);
    const server = own ? await embeddedRedis(own, options, io) : null;
    try {
      const settings = { allowUnprotected: options.allowUnprotected === true };
      const target = targetOf(server ? { ...options, redis: server.url } : options, io, settings);
      return await runOn(server ? { ...target, by: 'start' } : target, server, options, io);
    } finally {
      await server?.stop();
      if (server) io.err(`watchfire: stopped, the data stays in ${own?.dir}`);
    }
  },
};

/** Port and folder of the private Redis, or null when another one is to be used. */
function ownServer(options: Options, io: Io): { port: number; dir: string } | null {
  const asked = options.port !== undefined || options.dir !== undefined;
  if (asked && options.redis !== undefined) {
    throw new Misuse('start: --port and --dir are those of a private Redis, they do not go with --redis');
  }
  if (!asked && (options.redis !== undefined || options.redisFile !== undefined || io.env.REDIS_URL)) return null;
  const port = options.port === undefined ? DEFAULT_REDIS_PORT : wholeOption(options, 'port', 1, 65_535);
  const dir = String(options.dir ?? DEFAULT_DIR);
  if (dir === '') throw new Misuse('start: --dir must be the path of a folder (found "")');
  return { port, dir };
}

async function runOn(target: FoundTarget, server: RedisServer | null, options: Options, io: Io): Promise<number> {
  const file = targetsFile(options, io);
  const allowed = { allowUnprotected: options.allowUnprotected === true, ...linksSetting(options) };
  const actions = file === null ? allowed : { ...allowed, targets: file };
  const shown = consoleOf(server, options, io);
  const watchfire = await lastingWatchfire(target, options, warningsTo(io), io);
  let lost = false;
  let end = async (): Promise<void> => undefined;
  let unwatch = end;
  const told = io.signal.aborted ? Promise.resolve() : once(io.signal, 'abort').then(() => undefined);
  try {
    const say = asJson(options) ? io.err : io.out;
    const put = options.examples === false ? 0 : await putExamples(watchfire);
    // Listening comes first: the worker asks for listeners with its first sign of life.
    const watcher = await watch(watchfire, io, { json: asJson(options) });
    unwatch = () => watcher.stop();
    // Told to stop while Redis does not answer, it must not wait for having started.
    await Promise.race([watchfire.startWorker(), told]);
    if (!io.signal.aborted) await Promise.race([watchfire.startActions(actions, linesTo(io)), told]);
    const sources = sourcesFile(options, io);
    if (!io.signal.aborted && sources !== null) await Promise.race([watchfire.startSources({ file: sources }), told]);
    if (!io.signal.aborted) greet({ target, server, put, automations: await watchfire.list() }, asJson(options), io);
    const door = io.signal.aborted ? null : await startHttpIn(watchfire, options, io, warningsTo(io));
    if (door) say(`events come in at http://${String(options.httpIn)}  ${door.paths.join(' ')}`);
    if (!io.signal.aborted && shown !== null) end = await openConsole(watchfire, shown, options, io);
    const gone = server
      ? server.ended.then(() => {
          lost = !io.signal.aborted;
        })
      : told;
    await Promise.race([told, gone]);
    if (lost) io.err('watchfire: the private Redis has ended, so this ends too');
  } finally {
    await unwatch();
    await end();
    await watchfire.close();
  }
  return lost ? FAILED : DONE;
}

/** What the console may do; null for none. With the private Redis its token stands beside the password. */
function consoleOf(server: RedisServer | null, options: Options, io: Io): ConsoleSettings | null {
  if (options.console === false) return null;
  const isAlone = options.allowChanges === true && options.tokenFile === undefined && !io.env.WATCHFIRE_CONSOLE_TOKEN;
  const { passwordFile } = server ?? {};
  if (!isAlone || !passwordFile) return consoleSettings(options, io);
  return consoleSettings({ ...options, tokenFile: ownTokenFile(path.dirname(passwordFile)) }, io);
}

/** @returns ends it. Where no console can be had, all else goes on. */
async function openConsole(
  watchfire: Watchfire,
  settings: ConsoleSettings,
  options: Options,
  io: Io,
): Promise<() => Promise<void>> {
  const say = asJson(options) ? io.err : io.out;
  const address = options.http === undefined ? null : String(options.http);
  const console = await startConsoleAnywhere(
    watchfire,
    address,
    { ...settings, parts: ['worker', 'actions'] },
    warningsTo(io),
  );
  say(consoleInWords(console, settings));
  return console.stop;
}

type Started = { target: FoundTarget; server: RedisServer | null; put: number; automations: readonly Automation[] };

/** What a person needs to know to go on. With JSON, which is for programs, it goes to stderr. */
function greet({ target, server, put, automations }: Started, json: boolean, io: Io): void {
  const { namespace } = target.settings;
  const url = server ? `redis://127.0.0.1:${server.port}` : publicUrl(target.url);
  const say = json ? io.err : io.out;
  const paint = painter(io.color && !json);
  const runs = server ? `  ${programInWords(server.program)}` : '';
  say(`${paint(['bold', 'green'], 'watchfire ready')}  ${url}  namespace ${namespace}${runs}`);
  const many = `${automations.length} ${automations.length === 1 ? 'automation' : 'automations'}`;
  const password = server?.passwordFile ? `REDISCLI_AUTH=$(cat ${inShell(server.passwordFile)}) ` : '';
  // The verbs find the password of the usual folder themselves.
  const usual = server?.passwordFile?.startsWith(path.resolve(DEFAULT_DIR) + path.sep) === true;
  const where = url === (privateAddress() ?? DEFAULT_REDIS_URL) ? '' : ` --redis ${url}`;
  const which = namespace === DEFAULT_NAMESPACE ? '' : ` --namespace ${namespace}`;
  const verb = (words: string): string => `${usual ? '' : password}${COMMAND} ${words}${where}${which}`;
  if (put > 0) say(`put the ${many} of examples/automations here, since there never were any`);
  else if (automations.length === 0) say(`no automations here; put some by: ${verb('apply FILE')}`);
  else say(`${many} here, left as they are; see them by: ${verb('list')}`);
  const address = server ? `-p ${server.port}` : `-u ${url}`;
  say(`${promise(automations)}, paste this into another terminal:`);
  say(
    `  ${paint('bold', `${password}redis-cli ${address} XADD '{${namespace}}:events' '*' event order.failed resource.id customer.7`)}`,
  );
}

/** Which server runs, and the file it is: `redis-server 7.0.15 (/usr/bin/redis-check-rdb)`. */
function programInWords({ name, version, path }: RedisServer['program']): string {
  return `${name} ${version} (${path})`;
}

/** A path as a shell reads it. */
function inShell(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`;
}

/** What the event to paste will do, by the examples that are still here. */
function promise(automations: readonly Automation[]): string {
  const named = (id: string): string | undefined => automations.find((one) => one.id === id && one.enabled)?.name;
  const [each, fifth] = [named('order-failed'), named('failing-customer')];
  if (each === undefined) return 'to send an event';
  const later = fifth === undefined ? '' : `, and "${fifth}" at the fifth time`;
  return `to see "${each}" fire with every event${later}`;
}
