import { formatTimestamp } from '../../model/timestamp.ts';
import type { RecordedAct } from '../../redis/acts.ts';
import { withWatchfire } from '../connect.ts';
import { momentOf, sinceOption, wholeOption } from '../settings.ts';
import { DONE, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { moment } from '../view/when.ts';

/** As many as are kept. */
const LIMIT_MAX = 10_000;

const COLUMNS: readonly Column[] = [
  { title: 'WHEN', whole: true },
  { title: 'USER' },
  { title: 'HOST' },
  { title: 'WHAT', whole: true },
  { title: 'SUBJECT' },
  { title: 'REASON' },
];

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command))
      .option('--limit <count>', 'how many, the newest ones', '50')
      .option('--since <time>', 'only those since, such as 24h, or "2026-11-28 18:00" (UTC without a zone)')
      .option('--automation <name>', 'only changes of one automation that stands there, by name or id')
      .addHelpText(
        'after',
        '\nShows what was changed by hand or by a program: automations, settings, quotas, keys, alerts, silences, budgets, dead letters,\n' +
          'deliveries, sources; by which user of Redis, on which machine, and why where somebody said so (--reason). The last 10,000 are kept.\n' +
          '\nExample:\n  watchfire audit --since 24h',
      );
  },

  async run(_, options, io) {
    const limit = wholeOption(options, 'limit', 1, LIMIT_MAX);
    const since = sinceOption(options, 'since');
    return await withWatchfire(options, io, async (watchfire) => {
      const subject =
        options.automation === undefined ? {} : { subject: (await watchfire.get(String(options.automation))).id };
      const sinceMs = since === null ? {} : { sinceMs: momentOf(since, await watchfire.serverTimeMs()) };
      const acts = await watchfire.acts({ limit, ...subject, ...sinceMs });
      if (asJson(options)) printJson(io, acts.map(actJson));
      else if (acts.length === 0) io.err('nothing was changed');
      else printTable(io, options, COLUMNS, acts.map(row));
      return DONE;
    });
  },
};

function row({ at, user, host, what, subject, reason }: RecordedAct): string[] {
  return [moment(at), user, host, what, subject || '-', reason || '-'];
}

function actJson({ at, ...told }: RecordedAct): Record<string, unknown> {
  return { ...told, at: formatTimestamp(at) };
}
