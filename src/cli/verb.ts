import type { Command } from 'commander';

/** Exit status of the command line: done; done but with failures, or failed; called wrongly. */
export const DONE = 0;
export const FAILED = 1;
export const MISUSED = 2;

/**
 * One verb of the command line. Its file exports `const verb: Verb` and is loaded only when the verb is called; name and
 * one-line summary stand in the table of catalogue.ts, so that `--help` loads none.
 */
export type Verb = {
  /**
   * Declares arguments, options of its own and an example (`command.addHelpText('after', …)`). `--redis` and
   * `--namespace` belong to all verbs and are declared already; a verb that prints data adds `-o` by `outputOption`.
   */
  configure(command: Command): void;
  /** What its first operand may be, where that is one of a few words; for the completion of shells. */
  acts?: readonly string[];
  /** Whether its operands are automations, which shells complete. */
  ofAutomations?: true;
  /**
   * @param args operands in order, a variadic one spread
   * @param options by commander's names (camelCase), with `redis` and `namespace` when they were given
   * @returns exit status
   * @throws Misuse for exit status 2; any other error is printed as one line and means 1
   */
  run(args: readonly string[], options: Readonly<Record<string, unknown>>, io: Io): Promise<number>;
};

/** A verb as the table of verbs has it. `formerly`: a name that people may still use. */
export type Listed = Readonly<{ summary: string; formerly?: string; load: () => Promise<{ verb: Verb }> }>;

/** What some verbs are about, with these verbs below it. */
export type Noun = Readonly<{ summary: string; acts: Readonly<Record<string, Listed>> }>;

/** The table of verbs. */
export type Catalogue = Readonly<{ verbs: Readonly<Record<string, Listed>>; nouns: Readonly<Record<string, Noun>> }>;

/** The outside world of a verb; tests give their own. */
export type Io = Readonly<{
  /** Writes one line to stdout. */
  out: (line: string) => void;
  /** Writes one line to stderr. */
  err: (line: string) => void;
  /** Resolves when stdout takes more; for loops that print without end. */
  drained: () => Promise<void>;
  /** Whether to colour what goes to stdout. */
  color: boolean;
  /** Whether stdout is a terminal. */
  interactive: boolean;
  /** Cells in a line of the terminal that stdout is; null when it is none: then nothing is cut. */
  columns: number | null;
  /** Asks a person a question, whether to go on; null where nobody can be asked: stdin or stderr is no terminal. */
  ask: ((question: string) => Promise<boolean>) | null;
  stdin: NodeJS.ReadableStream;
  /** Where a progress bar is drawn; null when stderr is no terminal. */
  screen: NodeJS.WriteStream | null;
  env: Readonly<NodeJS.ProcessEnv>;
  /** Aborted on SIGINT and SIGTERM. */
  signal: AbortSignal;
}>;

/** The command line was wrong: an argument or option, by name and value. Exit status 2. */
export class Misuse extends Error {
  override readonly name = 'Misuse';
}
