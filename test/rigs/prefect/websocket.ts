import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '../../house/tree.ts';
import { eventually } from '../../support/eventually.ts';
import type { PrivateServer } from '../../support/private-server.ts';
import type { Check } from '../checks.ts';
import { storedEvents } from './firings.ts';
import { during, programIn } from './handlers.ts';
import type { Prefect } from './prefect.ts';

/** Between runs that are made until one comes in. */
const AGAIN_MS = 3_000;

/** The example that reads Prefect's websocket, against a real server; also what that stored while nobody read. */
export async function proveWebsocket(
  check: Check,
  prefect: Prefect,
  server: PrivateServer,
  dir: string,
): Promise<void> {
  const { redis, url } = server;
  const text = await readFile(path.join(root, 'examples/sources/prefect-websocket.ts'), 'utf8');
  const file = await programIn(dir, 'prefect-websocket.ts', text);
  const env = { REDIS_URL: url, PREFECT_API_URL: prefect.api };
  const flow = await prefect.post('/flows/', { name: 'seen' });
  const scheduled = async (): Promise<string> => {
    const { id } = await prefect.post('/flow_runs/', { flow_id: flow.id, state: { type: 'SCHEDULED' } });
    return `prefect.flow-run.${id}`;
  };
  const isIn = async (resource: string): Promise<boolean> => {
    const entries = await redis.xrange('{wf}:events', '-', '+');
    return entries.some(
      ([, fields]) =>
        fields[0] === 'fed' && fields.some((field) => field.includes(resource) && /\.Scheduled"/.test(field)),
    );
  };
  const comesIn = async (resource: string): Promise<void> => {
    await eventually(`the scheduling of ${resource} comes in`, () => isIn(resource));
  };
  /** What Prefect tells while the connection is made, and stores later, comes in with the next connection alone. */
  const isConnected = async (): Promise<void> => {
    const told: string[] = [];
    await eventually('one of several runs comes in', async () => {
      told.push(await scheduled());
      await pause(AGAIN_MS);
      return (await Promise.all(told.map(isIn))).includes(true);
    });
  };
  await check('the program of the websocket brings in what Prefect tells', async () => {
    await during(file, env, async () => {
      await isConnected();
      await comesIn(await scheduled());
    });
  });
  await check('and what it told while the program was away', async () => {
    const away = await scheduled();
    // Prefect stores events in lots, some time after it tells them: only what is stored is sent to a program that comes later.
    await eventually(`the scheduling of ${away} is stored`, async () => {
      const stored = await storedEvents(prefect);
      return stored.some(
        ({ event, resource }) => /\.Scheduled$/.test(event) && resource['prefect.resource.id'] === away,
      );
    });
    await during(file, env, () => comesIn(away));
  });
}
