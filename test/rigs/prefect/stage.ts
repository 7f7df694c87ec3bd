import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PrivateServer } from '../../support/private-server.ts';

/** Proves something with a Redis and a folder of its own, which are gone afterwards. @returns what `prove` returns, the status to exit with */
export async function staged(prove: (dir: string, server: PrivateServer) => Promise<number>): Promise<number> {
  const server = await PrivateServer.start();
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-prefect-'));
  try {
    return await prove(dir, server);
  } finally {
    await server.remove();
    await rm(dir, { recursive: true, force: true });
  }
}
