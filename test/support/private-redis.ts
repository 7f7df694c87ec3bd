import { onTestFinished } from 'vitest';
import { PrivateServer, type PrivateServerOptions } from './private-server.ts';

/** A server of one test, which ends with it. */
export async function privateRedis(options: PrivateServerOptions = {}): Promise<PrivateServer> {
  const server = await PrivateServer.start(options);
  onTestFinished(() => server.remove());
  return server;
}

export type { PrivateServer as PrivateRedis };
