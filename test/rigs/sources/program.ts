import { once } from 'node:events';
import { pino } from 'pino';
import { Watchfire } from '../../../src/index.ts';

/** A program that brings sources in, as the worker-program of the rigs is one that works: `program.ts REDIS_URL NAMESPACE {"file": …} wait`. */
const [redis = '', namespace = '', text = '{}'] = process.argv.slice(2);
const TELL_EVERY_MS = 1_000;

process.stdin.once('end', () => process.exit(0));
await once(process.stdin, 'data');
process.stdin.removeAllListeners('end').unref();
const { file } = JSON.parse(text) as { file: string };
const logger = pino({ level: 'warn' }, pino.destination(2));
const watchfire = new Watchfire({ redis, namespace, logger });
await watchfire.startSources({ file });
process.once('SIGTERM', () => {
  void watchfire.close().then(() => process.exit(0));
});
const tell = (): void => {
  const { rss, heapUsed } = process.memoryUsage();
  process.stdout.write(`${JSON.stringify({ rss, heapUsed })}\n`);
};
tell();
setInterval(tell, TELL_EVERY_MS).unref();
