import type { Command } from 'commander';
import type { Io } from './verb.ts';

/** Declares where the sources file is. */
export function sourcesOption(command: Command): Command {
  return command.option('--sources <file>', 'the sources file (default: WATCHFIRE_SOURCES)');
}

/** The path of the sources file, null for none. */
export function sourcesFile({ sources }: Readonly<Record<string, unknown>>, { env }: Pick<Io, 'env'>): string | null {
  const file = sources === undefined ? env.WATCHFIRE_SOURCES : String(sources);
  return file || null;
}
