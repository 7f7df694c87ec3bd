import { pino } from 'pino';
import { Watchfire } from '../../../src/index.ts';

/** How often a worker tells how much memory it has. */
const TELL_EVERY_MS = 1_000;

/** A worker process: `worker-program.ts REDIS_URL NAMESPACE SETTINGS`. Tells its memory as lines of JSON; SIGTERM ends it. */
const [redis = '', namespace = '', settings = '{}'] = process.argv.slice(2);
const logger = pino({ level: 'warn' }, pino.destination(2));
const watchfire = new Watchfire({ ...JSON.parse(settings), redis, namespace, logger });
await watchfire.startWorker();
const tell = (): void => {
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ rss, heapUsed })}\n`);
};
tell();
setInterval(tell, TELL_EVERY_MS).unref();
process.once('SIGTERM', () => {
  void watchfire.close().then(() => process.exit(0));
});
