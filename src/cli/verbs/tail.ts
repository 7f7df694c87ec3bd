import { once } from 'node:events';
import { publicUrl } from '../../session.ts';
import { lastingWatchfire, targetOf } from '../connect.ts';
import { warningsTo } from '../logging.ts';
import { momentOf, sinceOption } from '../settings.ts';
import { DONE, type Verb } from '../verb.ts';
import { filterOf } from '../view/filter.ts';
import { asJson, outputOption } from '../view/output.ts';
import { watch } from '../view/watch.ts';

export const verb: Verb = {
  configure(command) {
    outputOption(command)
      .option(
        '--automation <name>',
        'only one automation, by name or id, also the events of its names that it does not want',
      )
      .option('--event <pattern>', 'only events of this name, and what they caused: order.failed, order.*')
      .option('--resource <pattern>', 'only events of the resource with this id, and what they caused: customer.7')
      .option('--since <time>', 'first the firings since then: 1h, or "2026-11-28 18:00" (UTC without a zone)')
      .addHelpText(
        'after',
        '\nShows what all workers of the namespace do, until Ctrl-C: events with the word\n' +
          'each automation has for them (counted, armed, fired, late, or resting: it has fired,\n' +
          'and counts again in its next window) or why none wants them, firings, and jobs.\n' +
          'Workers notice within a second that it listens. Of the time before, firings alone\n' +
          'are kept. With -o json each is an object in a line of its own.\n\nExample:\n  watchfire tail --event "order.*" --since 10m',
      );
  },

  async run(_, options, io) {
    const target = targetOf(options, io);
    const since = sinceOption(options, 'since');
    const watchfire = await lastingWatchfire(target, options, warningsTo(io), io);
    try {
      const automation = options.automation === undefined ? null : await watchfire.get(String(options.automation));
      const only = automation?.id ?? null;
      const wanted = filterOf({
        automation: only,
        event: textOf(options.event),
        resource: textOf(options.resource),
      });
      const sinceMs = since === null ? null : momentOf(since, await watchfire.serverTimeMs());
      const watcher = await watch(watchfire, io, { json: asJson(options), wanted, only, sinceMs });
      io.err(`watchfire: watching {${target.settings.namespace}} at ${publicUrl(target.url)}, stop by Ctrl-C`);
      if (!io.signal.aborted) await once(io.signal, 'abort');
      await watcher.stop();
    } finally {
      await watchfire.close();
    }
    return DONE;
  },
};

function textOf(option: unknown): string | null {
  return option === undefined ? null : String(option);
}
