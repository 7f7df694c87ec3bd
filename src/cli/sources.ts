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

/** The names and paths of the sources in a file that are sent events by HTTP. @throws InvalidDocument */
export async function sentSources(file: string, { env }: Pick<Io, 'env'>): Promise<string[]> {
  const [{ readSources }, { pathOf }] = await Promise.all([
    import('../sources/sources-file.ts'),
    import('../model/source.ts'),
  ]);
  return readSources(file, env).specs.flatMap((spec) => {
    const path = pathOf(spec);
    return path === null ? [] : [`${spec.name} at ${path}`];
  });
}
