/**
 * Shows whether a server's WAITAOF can be believed: `npm run proof -- waitaof [rounds]`. One event after the
 * other is added and confirmed by WAITAOF while the file is synced once a second; then the power is cut (strace has to be
 * there), and what was confirmed has to be in what is left. The server is the first one on the path.
 */
import { Redis } from 'ioredis';
import { Disk, idsIn, machine } from './machine.ts';

const ROUNDS = Number(process.argv[2] ?? 4);
const EVENTS = '{wf}:events';

/** Some syncs, and not always the same moment in between. */
const LOAD_MS = 3_500;
const SHIFT_MS = 330;
const PATIENCE_MS = 5_000;

/** Adds and confirms until the server has gone. @returns the ids that were confirmed, and how long each took in ms */
async function load(url: string): Promise<Map<string, number>> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => null });
  redis.on('error', () => undefined);
  const confirmed = new Map<string, number>();
  try {
    for (let n = 0; ; n += 1) {
      const began = performance.now();
      await redis.xadd(EVENTS, '*', 'data', JSON.stringify({ id: `e${n}` }));
      const [synced] = (await redis.call('WAITAOF', 1, 0, PATIENCE_MS)) as number[];
      if (Number(synced) >= 1) confirmed.set(`e${n}`, performance.now() - began);
    }
  } catch {
    return confirmed;
  } finally {
    redis.disconnect();
  }
}

console.log('| round | confirmed | of these lost | median ms |\n| --- | --- | --- | --- |');
for (let round = 1; round <= ROUNDS; round += 1) {
  const server = await machine('everysec');
  const disk = await Disk.watch(server);
  const loading = load(server.url);
  await new Promise((resolve) => setTimeout(resolve, LOAD_MS + round * SHIFT_MS));
  await server.kill();
  const confirmed = await loading;
  await disk.keepOnlySynced();
  await server.start();
  const kept = await idsIn(server, EVENTS);
  const lost = [...confirmed.keys()].filter((id) => !kept.has(id)).length;
  const times = [...confirmed.values()].sort((a, b) => a - b);
  console.log(`| ${round} | ${confirmed.size} | ${lost} | ${(times[times.length >> 1] ?? 0).toFixed(1)} |`);
  await server.remove();
}
process.exit(0);
