import { withWatchfire } from '../connect.ts';
import { lsArgument, onlyLs } from '../ls.ts';
import { wholeOption } from '../settings.ts';
import { DONE, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { printTable, wideOption } from '../view/table.ts';
import { count } from '../view/when.ts';
import { isOverdue, windowColumns, windowJson, windowNotes, windowRow } from '../view/window.ts';

/** Most windows asked for at a time. */
const LIMIT_MAX = 10_000;

export const verb: Verb = {
  acts: ['ls'],

  configure(command) {
    wideOption(outputOption(lsArgument(command)))
      .option('--limit <count>', 'how many, those that are looked at soonest', '50')
      .option('--automation <name>', 'only those of one automation, by name or id')
      .addHelpText(
        'after',
        '\nShows the open windows: for each automation and key how much was counted of what is needed, and when it is\n' +
          'decided. A Reactive window only ends, a Proactive one fires at its deadline if too little came. Of composites it\n' +
          'shows the firings of children that wait for the others. KEPT says what a key remembers beside: values that were\n' +
          'counted, events that the firing will bring, the time before which events are late, the newest event that ended\n' +
          'alerts or that reset.\n\nExample:\n  watchfire windows --automation "Payment overdue"',
      );
  },

  async run(operands, options, io) {
    onlyLs('windows', operands);
    const limit = wholeOption(options, 'limit', 1, LIMIT_MAX);
    return await withWatchfire(options, io, async (watchfire) => {
      const only = options.automation === undefined ? null : await watchfire.get(String(options.automation));
      const query = { limit, ...(only === null ? {} : { automation: only.id }) };
      const { windows, total } = await watchfire.windows(query);
      if (asJson(options)) {
        printJson(io, windows.map(windowJson));
        await io.drained();
        return DONE;
      }
      const now = await watchfire.serverTimeMs();
      const overdue = windows.some((window) => isOverdue(window, now));
      const lagMs = overdue ? (await watchfire.status()).lagMs : 0;
      const rows = windows.map((window) => windowRow(window, { now, lagMs }));
      if (rows.length === 0) io.err('no open windows');
      else printTable(io, options, windowColumns(windows, now), rows);
      for (const note of windowNotes(windows, now)) io.err(`watchfire: ${note}`);
      if (total > windows.length)
        io.err(`watchfire: ${count(windows.length)} of ${count(total)}; see more with --limit`);
      return DONE;
    });
  },
};
