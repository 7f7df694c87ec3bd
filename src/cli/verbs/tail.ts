import { once } from 'node:events';
import { lastingEngine, publicUrl } from '../../session.ts';
import { targetOf } from '../connect.ts';
import { warningsTo } from '../logging.ts';
import { DONE, type Verb } from '../verb.ts';
import { asJson, outputOption } from '../view/output.ts';
import { watch } from '../view/watch.ts';

export const verb: Verb = {
  configure(command) {
    outputOption(command).addHelpText(
      'after',
      '\nShows what all workers of the namespace do, until Ctrl-C: events with the word each automation has\n' +
        'for them (counted, armed, late, fired …), firings, and jobs. Workers notice within a second that it listens.\n' +
        'With -o json each is an object in a line of its own.\n\nExample:\n  watchfire tail',
    );
  },

  async run(_, options, io) {
    const target = targetOf(options, io);
    const watchfire = await lastingEngine(target, warningsTo(io), io.signal);
    try {
      const watcher = await watch(watchfire, io, asJson(options));
      io.err(`watchfire: watching {${target.settings.namespace}} at ${publicUrl(target.url)}, stop by Ctrl-C`);
      if (!io.signal.aborted) await once(io.signal, 'abort');
      await watcher.stop();
    } finally {
      await watchfire.close();
    }
    return DONE;
  },
};
