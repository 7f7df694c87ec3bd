import type { Logger } from 'pino';
import type { Settings } from '../../config.ts';
import type { WorkerHooks } from '../../services/worker.ts';
import { publicUrl } from '../../session.ts';
import { lastingWatchfire, targetOf } from '../connect.ts';
import { httpOption, listenFor } from '../http.ts';
import { httpInOptions, startHttpIn } from '../http-in.ts';
import { levelOption, loggerOn } from '../logging.ts';
import { actionsOptions, actionsSettings } from '../reactions.ts';
import { byDefault, durabilityOptions, durabilitySettings, durationSetting, wholeSetting } from '../settings.ts';
import { abortionOf } from '../signals.ts';
import { sourcesFile, sourcesOption } from '../sources.ts';
import { DONE, type Verb } from '../verb.ts';

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
      .option('--max-queue-bytes <bytes>', `the same by what is in these jobs ${byDefault('maxQueueBytes')}`)
      .option('--allow-unprotected', 'run on a Redis elsewhere although it lets everybody in', false)
      .option('--actions', 'carry out actions in this program, too', false);
    levelOption(httpInOptions(httpOption(sourcesOption(actionsOptions(command))))).addHelpText(
      'after',
      '\nExample, one of any number of equal workers:\n  watchfire worker --retention 7d',
    );
  },

  async run(_, options, io) {
    const target = targetOf(options, io, settingsOf(options));
    const logger = await loggerOn(io, options);
    const actions = options.actions === true ? actionsSettings(options, io) : null;
    const watchfire = await lastingWatchfire(target, options, logger, io);
    try {
      await listenFor(watchfire, options, actions ? ['worker', 'actions'] : ['worker']);
      const told = abortionOf(io.signal);
      // Told to stop while Redis does not answer, it must not wait for having started.
      const worker = await Promise.race([watchfire.startWorker(hooksOf(logger)), told]);
      const { namespace } = target.settings;
      if (worker) logger.info({ worker: worker.id, redis: publicUrl(target.url), namespace }, 'worker started');
      if (worker && actions && (await Promise.race([watchfire.startActions(actions), told])))
        logger.info('actions started');
      const file = sourcesFile(options, io);
      const sources = worker && file !== null && (await Promise.race([watchfire.startSources({ file }), told]));
      if (sources) logger.info({ sources: sources.names }, 'sources started');
      if (worker && !io.signal.aborted) await startHttpIn(watchfire, options, io, logger);
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
    ...wholeSetting('maxQueueBytes', options),
    ...durationSetting('retentionMs', options),
    ...durationSetting('ledgerRetentionMs', options),
    ...durabilitySettings(options),
    allowUnprotected: options.allowUnprotected === true,
  };
}

function hooksOf(logger: Logger): WorkerHooks {
  return {
    observe: (entries, { word, position }) =>
      logger.debug({ entries: entries.length, word, position }, 'chunk applied'),
    onJobs: (jobs) =>
      logger.debug({ jobs: jobs.length, queues: [...new Set(jobs.map(({ queue }) => queue))] }, 'jobs added'),
  };
}
