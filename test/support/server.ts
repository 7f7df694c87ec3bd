import { obtainRedisServer, startRedisServer } from '../../src/embedded/server.ts';
import { WatchfireError } from '../../src/errors.ts';

/** The image of docker-compose.yml. */
const IMAGE = 'redis:8-alpine';

/** A server for tests. `ours`: nobody else uses it and it was empty at first, so that at the end it must be empty again. */
export type TestRedis = { url: string; ours: boolean; stop: () => Promise<void> };

/**
 * The server of a whole test run: the one of REDIS_URL, else a private one of this machine (installed when need be), else one in a
 * container.
 */
export async function obtainTestRedis(say: (sentence: string) => void): Promise<TestRedis> {
  const given = process.env.REDIS_URL;
  if (given) return { url: given, ours: false, stop: async () => undefined };
  try {
    const server = await startRedisServer({ port: 0, dir: null, program: await obtainRedisServer(say) });
    return { url: server.url, ours: true, stop: server.stop };
  } catch (error) {
    if (!(error instanceof WatchfireError) || error.code !== 'REDIS_MISSING') throw error;
    return await inContainer(error);
  }
}

async function inContainer(missing: WatchfireError): Promise<TestRedis> {
  try {
    // Loaded only here: it is large, and most machines never need it.
    const { GenericContainer } = await import('testcontainers');
    const container = await new GenericContainer(IMAGE)
      .withCommand(['redis-server', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'])
      .withExposedPorts(6379)
      .start();
    const url = `redis://${container.getHost()}:${container.getMappedPort(6379)}`;
    return { url, ours: true, stop: async () => void (await container.stop()) };
  } catch (error) {
    // No Docker either: the way to a Redis server is what a person needs to read.
    throw new Error(missing.message, { cause: error });
  }
}
