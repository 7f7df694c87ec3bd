import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';
import { NOUNS, SECTIONS, VERBS } from './catalogue.ts';
import { commonOptions } from './common-options.ts';
import { completedOptions } from './completed-options.ts';
import { DONE, FAILED, type Io, type Listed, MISUSED, Misuse } from './verb.ts';
import { plainLines, sentenceOf } from './view/output.ts';

/** As wide as help is where nothing says how wide the terminal is. */
const USUAL_COLUMNS = 80;

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
  const program = commonOptions(new Command('watchfire'))
    .description('Redis-native stream processor: events in by XADD, reactions out as BullMQ jobs')
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .usage('<verb> [arguments] [options]')
    .addHelpText('after', '\n`watchfire <verb> --help` shows arguments and an example.')
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => title.replace('Commands:', 'Verbs:') })
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(reflowed(text.trimEnd(), io.columns ?? USUAL_COLUMNS)),
      writeErr: (text) => io.err(text.trimEnd()),
      getOutHasColors: () => io.color,
      getErrHasColors: () => false,
      outputError: (text, write) => write(oneLine(text)),
      ...(io.columns === null ? {} : { getOutHelpWidth: () => io.columns as number }),
    });
  for (const { heading, verbs } of SECTIONS) declare(program.commandsGroup(heading), verbs);
  for (const [noun, { summary, acts }] of Object.entries(NOUNS)) {
    const command = program.command(noun, { hidden: true }).description(summary).usage('<act> [arguments] [options]');
    declare(command.helpCommand(false), acts);
    loading(command, acts, io, ended);
  }
  loading(program, VERBS, io, ended);
  return program;
}

function declare(program: Command, verbs: Readonly<Record<string, Listed>>): void {
  for (const [name, { summary, formerly }] of Object.entries(verbs)) {
    const command = program.command(name).description(summary);
    if (formerly !== undefined) command.alias(formerly);
  }
}

/** Loads a verb when it is known which one is meant and its own arguments have not been looked at yet. */
function loading(
  program: Command,
  verbs: Readonly<Record<string, Listed>>,
  io: Io,
  ended: (status: number) => void,
): void {
  program.hook('preSubcommand', async (_, command) => {
    const listed = verbs[command.name()];
    if (!listed) return;
    const { verb } = await listed.load();
    verb.configure(command);
    command.action(async () => ended(await verb.run(command.args, completedOptions(command, io), io)));
  });
}

/** Paragraphs in lines of `columns` characters; what is indented, as options and examples are, stays as it is. */
function reflowed(text: string, columns: number): string {
  const paragraphs = text.replace(/(?<=^\S.*)\n(?=\S)/gm, ' ');
  const lines = new RegExp(`\\S.{0,${columns - 1}}(?=\\s|$)`, 'g');
  return paragraphs
    .split('\n')
    .flatMap((line) => (/^\s|^$/.test(line) ? [line] : (line.match(lines) ?? [line])))
    .join('\n');
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
  if (io.env.WATCHFIRE_DEBUG && error instanceof Error) io.err(plainLines(error.stack ?? error.message));
  else if (!io.signal.aborted) io.err(`watchfire: ${sentenceOf(error)}`);
  return error instanceof Misuse ? MISUSED : FAILED;
}
