import type { Command } from 'commander';
import type { Logger } from 'pino';
import type { Watchfire } from '../engine.ts';
import type { HttpInOptions, RunningHttpIn } from '../sources/http-sourced.ts';
import { durationOption } from './settings.ts';
import { sentSources, sourcesFile } from './sources.ts';
import type { Io } from './verb.ts';

type Options = Readonly<Record<string, unknown>>;

/** Declares where events come in by HTTP. */
export function httpInOptions(command: Command): Command {
  return command
    .option('--http-in <address>', 'where events come in by HTTP, as 127.0.0.1:9465 (default: nowhere)')
    .option('--http-remember <duration>', 'how long what came by HTTP is known by its id (default: 3d)');
}

/** Takes events by HTTP where that was asked for; says which sources of the file need it where it was not. @throws InvalidDocument, Misuse */
export async function startHttpIn(
  watchfire: Watchfire,
  options: Options,
  io: Pick<Io, 'env'>,
  logger: Pick<Logger, 'warn'>,
): Promise<RunningHttpIn | null> {
  const sources = sourcesFile(options, io);
  if (options.httpIn === undefined) {
    const sent = sources === null ? [] : await sentSources(sources, io);
    if (sent.length > 0)
      logger.warn({ found: sent.join(', ') }, 'sources that only --http-in listens for are not taken here');
    return null;
  }
  const rememberMs = durationOption(options, 'httpRemember');
  const given: HttpInOptions = { ...(sources !== null && { sources }), ...(rememberMs !== null && { rememberMs }) };
  return await watchfire.startHttpIn(String(options.httpIn), given);
}
