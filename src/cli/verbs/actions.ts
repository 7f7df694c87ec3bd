import { publicUrl } from '../../session.ts';
import { lastingWatchfire, targetOf } from '../connect.ts';
import { httpOption, listenFor } from '../http.ts';
import { levelOption, loggerOn } from '../logging.ts';
import { actionsOptions, actionsSettings } from '../reactions.ts';
import { abortionOf } from '../signals.ts';
import { DONE, type Verb } from '../verb.ts';

export const verb: Verb = {
  configure(command) {
    levelOption(httpOption(actionsOptions(command)))
      .option('--allow-unprotected', 'run on a Redis elsewhere although it lets everybody in', false)
      .addHelpText(
        'after',
        '\nCarries out actions: webhooks, messages to targets, events, and the rest of docs/reactions.md. Any number of them may run.\n\n' +
          'Example:\n  watchfire actions --targets targets.yaml --allow-net 10.1.0.0/16',
      );
  },

  async run(_, options, io) {
    const target = targetOf(options, io);
    const logger = await loggerOn(io, options);
    const settings = actionsSettings(options, io);
    const watchfire = await lastingWatchfire(target, options, logger, io);
    try {
      await listenFor(watchfire, options, ['actions']);
      const told = abortionOf(io.signal);
      const actions = await Promise.race([watchfire.startActions(settings), told]);
      if (actions)
        logger.info({ redis: publicUrl(target.url), namespace: target.settings.namespace }, 'actions started');
      await told;
      logger.info('actions stopping');
    } finally {
      await watchfire.close();
    }
    logger.info('actions stopped');
    return DONE;
  },
};
