import type { Logger } from 'pino';
import type { Settings } from '../../config.ts';
import type { WorkerHooks } from '../../services/worker.ts';
import { publicUrl } from '../../session.ts';
import { lastingWatchfire, targetOf } from '../connect.ts';
import { byDefault, durabilityOptions, durabilitySettings, durationSetting, wholeSetting } from '../settings.ts';
import { DONE, type Io, Misuse, type Verb } from '../verb.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'];

type Options = Readonly<Record<string, unknown>>;

export const verb: Verb = {
  configure(command) {
    durabilityOptions(command)
      .option('--chunk-size <entries>', `most entries applied by one script call ${byDefault('chunkSize')}`)
      .option('--retention <duration>', `how long applied events stay in the stream ${byDefault('retentionMs')}`)
      .option(
        '--ledger-retention <duration>',
        `how long firings and dead letters stay in theirs ${byDefault('ledgerRetentionMs')}`,
      )
      .option(
        '--max-queue-depth <jobs>',
        `waiting jobs of a queue above which it gets no more ${byDefault('maxQueueDepth')}`,
      )
      .option('--allow-unprotected', 'run on a Redis elsewhere although it lets everybody in', false)
      .option('--log-level <level>', `one of ${LEVELS.join(', ')}`, 'info')
      .addHelpText('after', '\nExample, one of any number of equal workers:\n  watchfire worker --retention 7d');
  },

  async run(_, options, io) {
    const target = targetOf(options, io, settingsOf(options));
    const level = String(options.logLevel);
    if (!LEVELS.includes(level))
      throw new Misuse(`--log-level: must be one of ${LEVELS.join(', ')} (found "${level}")`);
    const logger = await loggerOn(io, level);
    const watchfire = await lastingWatchfire(target, options, logger, io);
    try {
      const told = abortionOf(io.signal);
      // Told to stop while Redis does not answer, it must not wait for having started.
      const worker = await Promise.race([watchfire.startWorker(hooksOf(logger)), told]);
      const { namespace } = target.settings;
      if (worker) logger.info({ worker: worker.id, redis: publicUrl(target.url), namespace }, 'worker started');
      await told;
      logger.info('worker stopping');
    } finally {
      await watchfire.close();
    }
    logger.info('worker stopped');
    return DONE;
  },
};

function settingsOf(options: Options): Partial<Settings> {
  return {
    ...wholeSetting('chunkSize', options),
    ...wholeSetting('maxQueueDepth', options),
    ...durationSetting('retentionMs', options),
    ...durationSetting('ledgerRetentionMs', options),
    ...durabilitySettings(options),
    allowUnprotected: options.allowUnprotected === true,
  };
}

/** Lines of JSON for programs, readable ones for people. */
async function loggerOn(io: Io, level: string): Promise<Logger> {
  const { pino } = await import('pino');
  if (!io.interactive) return pino({ level }, { write: (line) => io.out(line.trimEnd()) });
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({ colorize: io.color, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' });
  return pino({ level }, { write: (line) => io.out(pretty(line).trimEnd()) });
}

function hooksOf(logger: Logger): WorkerHooks {
  return {
    observe: (entries, { word, position }) =>
      logger.debug({ entries: entries.length, word, position }, 'chunk applied'),
    onJobs: (jobs) =>
      logger.debug({ jobs: jobs.length, queues: [...new Set(jobs.map(({ queue }) => queue))] }, 'jobs added'),
  };
}

function abortionOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
}
