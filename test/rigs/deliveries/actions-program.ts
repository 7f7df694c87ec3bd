import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { systemClock } from '../../../src/clock.ts';
import { Actions } from '../../../src/reactions/actions.ts';
import { actionsOf } from '../../../src/reactions/parts.ts';
import { Connections } from '../../../src/redis/connection.ts';
import { storeOf } from '../../../src/redis/store.ts';

/**
 * Carries out actions, and is killed: `actions-program.ts REDIS_URL NAMESPACE SETTINGS wait`, as the worker program of all rigs. SETTINGS:
 * `targets`, the targets file, in which `${PROGRAM}` is the id of this process; `lockMs`, after which the jobs of one that died are others'.
 */
const [url = '', namespace = '', text = '{}'] = process.argv.slice(2);

flushCompileCache();
process.stdin.once('end', () => process.exit(0));
await once(process.stdin, 'data');
process.stdin.removeAllListeners('end').unref();

process.env.PROGRAM = String(process.pid);
const { targets, lockMs } = JSON.parse(text) as { targets: string; lockMs: number };
const logger = pino({ level: 'error' }, pino.destination(2));
const connections = new Connections(url, logger);
const store = storeOf(namespace);
const { redis } = connections;
const parts = actionsOf(
  { targets },
  { redis, store, clock: systemClock, logger, lines: logger, handlers: new Map(), admit: () => null },
);
const actions = new Actions({ ...parts, connection: connections.forJobs('deliveries'), lockMs });
await actions.ready();
process.once('SIGTERM', () => {
  void actions
    .stop()
    .then(() => connections.close())
    .then(() => process.exit(0));
});
const { rss, heapUsed } = process.memoryUsage();
process.stdout.write(`${JSON.stringify({ rss, heapUsed })}\n`);
