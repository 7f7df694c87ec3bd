import type { Command } from 'commander';
import type { Watchfire } from '../engine.ts';

/** Declares where a program that runs on and on answers about itself. */
export function httpOption(command: Command): Command {
  return command.option(
    '--http <address>',
    'where /metrics, /livez and /readyz are answered, as 127.0.0.1:9464 (default: nowhere)',
  );
}

/** Listens where it was asked for. @param parts what has to take part so that this process is ready @throws InvalidDocument */
export async function listenFor(
  watchfire: Watchfire,
  { http }: Readonly<Record<string, unknown>>,
  parts: readonly string[],
): Promise<void> {
  if (http !== undefined) await watchfire.serveHttp(String(http), { parts });
}
