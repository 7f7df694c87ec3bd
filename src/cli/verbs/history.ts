import type { HistoryMinute } from '../../index.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { withWatchfire } from '../connect.ts';
import { durationOption } from '../settings.ts';
import { DONE, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What is kept. */
const MOST_MS = 48 * HOUR_MS;

const COLUMNS: readonly Column[] = [
  { title: 'MINUTE', whole: true },
  { title: 'EVENTS' },
  { title: 'DECISIONS' },
  { title: 'FIRINGS' },
];

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(command))
      .option('--since <duration>', 'how far back, up to 48h', '1h')
      .option('--automation <id>', 'decisions and firings of one automation alone')
      .addHelpText(
        'after',
        '\nShows the minutes in which something happened: events by what became of them, what triggers made of them, and firings. JSON has every minute,\n' +
          'and the automations apart.\n\nExample:\n  watchfire history --since 6h --automation payment-overdue',
      );
  },

  async run(_, options, io) {
    const sinceMs = durationOption(options, 'since') ?? HOUR_MS;
    if (sinceMs < MINUTE_MS || sinceMs > MOST_MS)
      throw new Misuse(`--since: must be from 1m to 48h (found "${String(options.since)}")`);
    const { automation } = options;
    const query = {
      minutes: Math.ceil(sinceMs / MINUTE_MS),
      ...(automation ? { automation: String(automation) } : {}),
    };
    const minutes = await withWatchfire(options, io, (watchfire) => watchfire.history(query));
    if (asJson(options))
      printJson(
        io,
        minutes.map(({ at, ...counts }) => ({ minute: formatTimestamp(at), ...counts })),
      );
    else printTable(io, options, COLUMNS, minutes.filter(isBusy).map(rowOf));
    return DONE;
  },
};

function isBusy({ events, decisions, firings }: HistoryMinute): boolean {
  return [events, decisions, firings].some((counts) => Object.keys(counts).length > 0);
}

function rowOf({ at, events, decisions, firings }: HistoryMinute): string[] {
  return [formatTimestamp(at).slice(0, 16).replace('T', ' '), inWords(events), byWord(decisions), byWord(firings)];
}

/** The counts of all automations, by word. */
function byWord(counts: HistoryMinute['decisions']): string {
  const sums: Record<string, number> = {};
  for (const words of Object.values(counts))
    for (const [word, count] of Object.entries(words)) sums[word] = (sums[word] ?? 0) + count;
  return inWords(sums);
}

function inWords(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return parts.map(([word, count]) => `${count.toLocaleString('en-US')} ${plain(word)}`).join(', ');
}
