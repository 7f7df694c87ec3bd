import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { DEFAULT_NAMESPACE, DEFAULT_REDIS_URL } from '../config.ts';
import { DONE, FAILED, type Io, MISUSED, Misuse, type Verb } from './verb.ts';
import { sentenceOf } from './view/output.ts';

/** `formerly`: a name that people may still use. */
type Listed = Readonly<{ summary: string; formerly?: string; load: () => Promise<{ verb: Verb }> }>;

/** All verbs in the order of `--help`. A verb's file is loaded when it is called, so that none pays for what others need. */
const VERBS: Readonly<Record<string, Listed>> = {
  start: {
    summary: 'run everything here: a private Redis, one worker, live output',
    load: () => import('./verbs/start.ts'),
  },
  worker: { summary: 'run one worker until SIGTERM', load: () => import('./verbs/worker.ts') },
  apply: { summary: 'create or update automations from files', load: () => import('./verbs/apply.ts') },
  list: { summary: 'show all automations', load: () => import('./verbs/list.ts') },
  get: { summary: 'show one automation as it was put', load: () => import('./verbs/get.ts') },
  enable: { summary: 'let automations fire again', load: () => import('./verbs/enable.ts') },
  disable: { summary: 'keep automations from firing', load: () => import('./verbs/disable.ts') },
  delete: { summary: 'remove automations with all of their state', load: () => import('./verbs/delete.ts') },
  send: { summary: 'publish one event, or a file of events', load: () => import('./verbs/send.ts') },
  tail: { summary: 'show events, firings and jobs as they happen', load: () => import('./verbs/tail.ts') },
  firings: { summary: 'show what fired', load: () => import('./verbs/firings.ts') },
  windows: {
    summary: 'show open windows with their deadlines',
    formerly: 'buckets',
    load: () => import('./verbs/windows.ts'),
  },
  dlq: { summary: 'show, redrive or purge what was given up', load: () => import('./verbs/dlq.ts') },
  quotas: {
    summary: 'show or set how many windows may be open',
    formerly: 'limits',
    load: () => import('./verbs/quotas.ts'),
  },
  status: { summary: 'tell whether the engine works, and how far it is', load: () => import('./verbs/status.ts') },
  doctor: {
    summary: 'look for what is wrong with Redis, its settings and the engine',
    load: () => import('./verbs/doctor.ts'),
  },
  simulate: { summary: 'run scenarios in virtual time', load: () => import('./verbs/simulate.ts') },
  acl: { summary: 'print Redis users with the least rights', load: () => import('./verbs/acl.ts') },
  schema: { summary: 'print JSON Schemas of the documents', load: () => import('./verbs/schema.ts') },
};

/**
 * Runs one command line.
 * @param argv what follows the program's name
 * @returns exit status 0, 1 or 2; never throws
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let status = DONE;
  const program = programOf(io, (given) => {
    status = given;
  });
  // Commander would show a verb's help before the verb is loaded.
  const [first, ...rest] = argv;
  const words = first === 'help' ? [...rest, '--help'] : argv;
  try {
    await program.parseAsync(words, { from: 'user' });
    return status;
  } catch (error) {
    return report(error, io);
  }
}

function programOf(io: Io, ended: (status: number) => void): Command {
  const program = new Command('watchfire')
    .description('Redis-native stream processor: events in by XADD, reactions out as BullMQ jobs')
    .option('--redis <url>', `where Redis is (default: $REDIS_URL, else ${DEFAULT_REDIS_URL})`)
    .option('--tls-ca <file>', 'PEM file of the CA that signs the certificate of a rediss: server')
    .option('--namespace <name>', `engines with different names never meet (default: ${DEFAULT_NAMESPACE})`)
    .option('-v, --verbose', 'say where Redis is, and how long it takes')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .usage('<verb> [arguments] [options]')
    .addHelpText('after', '\n`watchfire <verb> --help` shows arguments and an example.')
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => title.replace('Commands:', 'Verbs:') })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
      getOutHasColors: () => io.color,
      getErrHasColors: () => false,
      outputError: (text, write) => write(oneLine(text)),
    });
  for (const [name, { summary, formerly }] of Object.entries(VERBS)) {
    const command = program.command(name).description(summary);
    if (formerly !== undefined) command.alias(formerly);
  }
  // Called when it is known which verb is meant and its own arguments have not been looked at yet.
  program.hook('preSubcommand', async (_, command) => {
    const listed = VERBS[command.name()];
    if (!listed) return;
    const { verb } = await listed.load();
    verb.configure(command);
    command.action(async () => ended(await verb.run(command.args, command.optsWithGlobals(), io)));
  });
  return program;
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return String((JSON.parse(text) as { version: string }).version);
}

/** Commander's errors begin with "error: " and may have a suggestion in a line of its own. */
function oneLine(text: string): string {
  return `watchfire: ${text
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ')}`;
}

/** Prints what went wrong as one line and gives the exit status for it. */
function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) {
    const asked = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
    return asked ? DONE : MISUSED;
  }
  if (io.env.WATCHFIRE_DEBUG && error instanceof Error) io.err(error.stack ?? error.message);
  else if (!io.signal.aborted) io.err(`watchfire: ${sentenceOf(error)}`);
  return error instanceof Misuse ? MISUSED : FAILED;
}
