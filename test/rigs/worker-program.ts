import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { systemClock } from '../../src/clock.ts';
import { Watchfire } from '../../src/index.ts';

/**
 * The worker process of all rigs: `worker-program.ts REDIS_URL NAMESPACE [SETTINGS [wait]]`. It tells its memory as lines of JSON, the first
 * when it takes part; SIGTERM ends it. With `wait` it begins when something comes on standard input, and ends when that closes first.
 * `virtualNowMs` among the settings: it decides as if it were always then.
 */
const [redis = '', namespace = '', text = '{}', wait] = process.argv.slice(2);

/** How often it tells how much memory it has. */
const TELL_EVERY_MS = 1_000;

if (wait === 'wait') {
  // A process that is killed keeps nothing of what was compiled: it has to be written down before.
  flushCompileCache();
  process.stdin.once('end', () => process.exit(0));
  await once(process.stdin, 'data');
  process.stdin.removeAllListeners('end').unref();
}
const { virtualNowMs = null, ...settings } = JSON.parse(text);
const clock = virtualNowMs === null ? systemClock : { ...systemClock, virtualNowMs: () => virtualNowMs };
const logger = pino({ level: 'warn' }, pino.destination(2));
const watchfire = new Watchfire({ ...settings, redis, namespace, clock, logger });
await watchfire.startWorker();
process.once('SIGTERM', () => {
  void watchfire.close().then(() => process.exit(0));
});
const tell = (): void => {
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ rss, heapUsed })}\n`);
};
tell();
setInterval(tell, TELL_EVERY_MS).unref();
