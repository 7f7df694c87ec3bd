import { pino } from 'pino';
import { Watchfire } from '../../src/index.ts';

/** A worker process: `worker-program.ts REDIS_URL NAMESPACE [SETTINGS]`. Says a word when it takes part; SIGTERM ends it. */
const [redis = '', namespace = '', settings = '{}'] = process.argv.slice(2);
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
