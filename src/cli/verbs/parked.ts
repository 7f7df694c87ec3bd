import type { Parked } from '../../inspect/parked.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { withWatchfire } from '../connect.ts';
import { lsArgument, onlyLs } from '../ls.ts';
import { wholeOption } from '../settings.ts';
import { DONE, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { away, count, momentNear } from '../view/when.ts';

/** Most events asked for at a time. */
const LIMIT_MAX = 10_000;

const COLUMNS: readonly Column[] = [
  { title: 'EVENT' },
  { title: 'RESOURCE' },
  { title: 'ID' },
  { title: 'WAITS FOR' },
  { title: 'SINCE', whole: true, leaves: 1 },
  { title: 'UNTIL', whole: true },
];

export const verb: Verb = {
  acts: ['ls'],

  configure(command) {
    wideOption(outputOption(lsArgument(command)))
      .option('--limit <count>', 'how many, those that have waited longest', '50')
      .addHelpText(
        'after',
        '\nShows events that wait, out of the log, for the event that they follow. When it is applied, or after 15 minutes,\n' +
          'they go to the end of the log and take effect.\n\nExample:\n  watchfire parked --limit 500',
      );
  },

  async run(operands, options, io) {
    onlyLs('parked', operands);
    const limit = wholeOption(options, 'limit', 1, LIMIT_MAX);
    return await withWatchfire(options, io, async (watchfire) => {
      const { events, total } = await watchfire.parked({ limit });
      if (asJson(options)) {
        printJson(io, events.map(parkedJson));
        await io.drained();
        return DONE;
      }
      const now = await watchfire.serverTimeMs();
      if (events.length === 0) io.err('no event waits for another');
      else
        printTable(
          io,
          options,
          COLUMNS,
          events.map((one) => row(one, now)),
        );
      if (total > events.length) io.err(`watchfire: ${count(events.length)} of ${count(total)}; see more with --limit`);
      return DONE;
    });
  },
};

function row({ id, event, resource, follows, since, until }: Parked, now: number): string[] {
  return [event, resource, id, follows, momentNear(since, now), `${momentNear(until, now)}, ${away(until, now)}`];
}

function parkedJson({ since, until, ...parked }: Parked): Record<string, unknown> {
  return { ...parked, since: formatTimestamp(since), until: formatTimestamp(until) };
}
