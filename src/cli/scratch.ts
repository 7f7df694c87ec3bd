import type { Command } from 'commander';
import { RedisMissing } from '../errors.ts';
import { isAddress, publicUrl } from '../session.ts';
import { Scratch } from '../simulation/scratch.ts';
import { scratchServer } from '../simulation/scratch-server.ts';
import { withPassword } from './private-password.ts';
import { type Io, Misuse } from './verb.ts';

const OPTION = '--scratch URL';

/** Declares `--scratch`. */
export function scratchOption(command: Command): Command {
  return command.option(
    '--scratch <url>',
    'run on this Redis, in a namespace that is removed, instead of a private one',
  );
}

/**
 * Gives engines in virtual time on the server of `--scratch`, else on a private one that is gone at the end. Neither `--redis` nor
 * REDIS_URL is looked at, since those may be in real use.
 * @throws Misuse where no server can be started, with how to get one
 */
export async function withScratch<T>(
  options: Readonly<Record<string, unknown>>,
  io: Pick<Io, 'env' | 'signal'>,
  use: (scratch: Scratch) => Promise<T>,
  chunkSize?: number,
): Promise<T> {
  const server = await scratchServer(scratchUrl(options, io), OPTION).catch((error: unknown) => {
    throw error instanceof RedisMissing ? new Misuse(error.message) : error;
  });
  try {
    const scratch = await Scratch.open({ url: server.url, ...(chunkSize && { chunkSize }) }, io.signal);
    try {
      return await use(scratch);
    } finally {
      await scratch.close();
    }
  } finally {
    await server.stop();
  }
}

function scratchUrl({ scratch }: Readonly<Record<string, unknown>>, { env }: Pick<Io, 'env'>): string | undefined {
  if (scratch === undefined) return undefined;
  const url = String(scratch);
  if (!isAddress(url))
    throw new Misuse(`--scratch: must be a URL like redis://127.0.0.1:6379 (found "${publicUrl(url)}")`);
  return withPassword(url, env);
}
