import type { Command } from 'commander';
import type { Watchfire } from '../engine.ts';
import type { HttpInOptions, RunningHttpIn } from '../sources/http-sourced.ts';
import { durationOption } from './settings.ts';
import { sourcesFile } from './sources.ts';
import type { Io } from './verb.ts';

type Options = Readonly<Record<string, unknown>>;

/** Declares where events come in by HTTP. */
export function httpInOptions(command: Command): Command {
  return command
    .option('--http-in <address>', 'where events come in by HTTP, as 127.0.0.1:9465 (default: nowhere)')
    .option('--http-remember <duration>', 'how long what came by HTTP is known by its id (default: 3d)');
}

/** Takes events by HTTP where that was asked for. @throws InvalidDocument, Misuse */
export async function startHttpIn(
  watchfire: Watchfire,
  options: Options,
  io: Pick<Io, 'env'>,
): Promise<RunningHttpIn | null> {
  if (options.httpIn === undefined) return null;
  const sources = sourcesFile(options, io);
  const rememberMs = durationOption(options, 'httpRemember');
  const given: HttpInOptions = { ...(sources !== null && { sources }), ...(rememberMs !== null && { rememberMs }) };
  return await watchfire.startHttpIn(String(options.httpIn), given);
}
