import { publicUrl } from '../../session.ts';
import { lastingWatchfire, targetOf } from '../connect.ts';
import { consoleInWords, consoleOptions, consoleSettings, DEFAULT_CONSOLE, startConsole } from '../console.ts';
import { levelOption, loggerOn } from '../logging.ts';
import { scratchOption } from '../scratch.ts';
import { abortionOf } from '../signals.ts';
import { DONE, type Verb } from '../verb.ts';

export const verb: Verb = {
  configure(command) {
    levelOption(scratchOption(consoleOptions(command)))
      .option('--http <address>', 'where it listens; off this machine only with a token', DEFAULT_CONSOLE)
      .addHelpText(
        'after',
        '\nA page to look at the engine, and the API that it uses (docs/console.md). It shows everything of the namespace and changes\n' +
          'nothing; with --allow-changes those who have the token may. The token stands in a file that nobody else may read, or in\n' +
          'WATCHFIRE_CONSOLE_TOKEN.\n\nExample:\n  watchfire console --http 127.0.0.1:9466 --allow-changes --token-file token',
      );
  },

  async run(_, options, io) {
    const target = targetOf(options, io);
    const settings = consoleSettings(options, io);
    const logger = await loggerOn(io, options);
    const watchfire = await lastingWatchfire(target, options, logger, io);
    try {
      const console = await startConsole(watchfire, String(options.http), settings, logger);
      try {
        const { namespace } = target.settings;
        logger.info(
          { redis: publicUrl(target.url), namespace, console: consoleInWords(console, settings) },
          'console started',
        );
        await abortionOf(io.signal);
      } finally {
        await console.stop();
      }
    } finally {
      await watchfire.close();
    }
    return DONE;
  },
};
