import { pino } from 'pino';
import { systemClock } from '../../../src/clock.ts';
import { Watchfire } from '../../../src/index.ts';

/**
 * A worker process that decides as if it were always `NOW_MS`: `timed-worker.ts REDIS_URL NAMESPACE CHUNK_SIZE NOW_MS`. Says a word when
 * it takes part; SIGTERM ends it.
 */
const [redis = '', namespace = '', chunkSize = '', nowMs = ''] = process.argv.slice(2);
const watchfire = new Watchfire({
  redis,
  namespace,
  chunkSize: Number(chunkSize),
  // The log lies in the past, and nothing of it may be trimmed before it is compared.
  retentionMs: Number.MAX_SAFE_INTEGER,
  ledgerRetentionMs: Number.MAX_SAFE_INTEGER,
  clock: { ...systemClock, virtualNowMs: () => Number(nowMs) },
  logger: pino({ level: 'warn' }, pino.destination(2)),
});
await watchfire.startWorker();
process.stdout.write('ready\n');
process.once('SIGTERM', () => {
  void watchfire.close().then(() => process.exit(0));
});
