import type { Command } from 'commander';
import { type Io, Misuse } from './verb.ts';

/** Declares who does something and why, which is recorded. */
export function whomOptions(command: Command, act: string): Command {
  return command
    .option('--reason <text>', `${act}: why`)
    .option('--by <name>', `${act}: your name (default: the user of this machine)`);
}

/** Declares why something is changed, which "watchfire audit" shows. */
export function reasonOption(command: Command): Command {
  return command.option('--reason <text>', 'why, for "watchfire audit"');
}

/** The name of the person: the option, or the user of this machine. @throws Misuse where neither says so */
export function byWhom(options: Readonly<Record<string, unknown>>, io: Io): string {
  const by = options.by ?? io.env.USER ?? io.env.USERNAME ?? '';
  if (by === '') throw new Misuse('--by: must say who you are, this machine does not');
  return String(by);
}
