import { findRedisServer, redisMissing, thisMachine } from '../embedded/find-server.ts';
import { startRedisServer } from '../embedded/server.ts';

/** A Redis that scratch engines run on. */
export type ScratchServer = Readonly<{
  /** With its password. */
  url: string;
  /** Ends a server that was started for it; one that was there stays. */
  stop: () => Promise<void>;
}>;

/**
 * The server at `url`; without one a private Redis that is found on this machine and started: on 127.0.0.1 at a random port, with a password
 * that nobody else knows, and a folder of its own. It keeps nothing and is gone when this process is, however that ends. Nothing is installed.
 * @param how the person or program names another server, for the error: `--scratch URL`
 * @throws RedisMissing saying how to get a server, RedisNotStarted
 */
export async function scratchServer(url: string | undefined, how: string): Promise<ScratchServer> {
  if (url !== undefined) return { url, stop: async () => undefined };
  const machine = thisMachine();
  const program = await findRedisServer(machine);
  if (!program) throw redisMissing(machine, `name another by ${how}`);
  return await startRedisServer({ port: 0, dir: null, program });
}
