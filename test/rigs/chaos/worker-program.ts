import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { pino } from 'pino';
import { Watchfire } from '../../../src/index.ts';

/**
 * A worker process: `worker-program.ts REDIS_URL NAMESPACE [SETTINGS [wait]]`. Says a word when it takes part; SIGTERM ends it. With `wait` it
 * begins when something comes on standard input, and ends when that closes first.
 */
const [redis = '', namespace = '', settings = '{}', wait] = process.argv.slice(2);
if (wait === 'wait') {
  // A worker that is killed keeps nothing of what was compiled: it has to be written down before.
  flushCompileCache();
  process.stdin.once('end', () => process.exit(0));
  await once(process.stdin, 'data');
  process.stdin.removeAllListeners('end').unref();
}
const watchfire = new Watchfire({
  ...JSON.parse(settings),
  redis,
  namespace,
  logger: pino({ level: 'warn' }, pino.destination(2)),
});
await watchfire.startWorker();
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void watchfire.close().then(() => process.exit(0));
});
