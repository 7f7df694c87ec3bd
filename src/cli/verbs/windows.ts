import { reasonOption } from '../by-whom.ts';
import { confirmed, yesOption } from '../confirm.ts';
import { withWatchfire } from '../connect.ts';
import { keyOperand } from '../key-operand.ts';
import { onlyLs } from '../ls.ts';
import { wholeOption } from '../settings.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { labelsInWords } from '../view/firing.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { printTable, wideOption } from '../view/table.ts';
import { count } from '../view/when.ts';
import { isOverdue, windowColumns, windowJson, windowNotes, windowRow } from '../view/window.ts';

/** Most windows asked for at a time. */
const LIMIT_MAX = 10_000;

export const verb: Verb = {
  acts: ['ls', 'clear'],

  configure(command) {
    command
      .usage('[ls] [options] | clear <automation> [name=value...]')
      .argument('[act]', 'ls: list them, as without a word; clear: forget all of a key, nothing is emitted')
      .argument('[key...]', 'clear: the automation, by id or name, and the key');
    reasonOption(yesOption(wideOption(outputOption(command))))
      .option('--limit <count>', 'how many, those that are looked at soonest', '50')
      .option('--automation <name>', 'only those of one automation, by name or id')
      .addHelpText(
        'after',
        '\nShows the open windows: for each automation and key how much was counted of what is needed, and when it is\n' +
          'decided. A Reactive window only ends, a Proactive one fires at its deadline if too little came. Of composites it\n' +
          'shows the firings of children that wait for the others. KEPT says what a key remembers beside: values that were\n' +
          'counted, events that the firing will bring, the time before which events are late, the newest event that ended\n' +
          'alerts or that reset.\n\nExamples:\n  watchfire windows --automation "Payment overdue"\n  watchfire windows clear payment-overdue id=order.1',
      );
  },

  async run([word = 'ls', ...rest], options, io) {
    if (word === 'clear') return await clear(rest, options, io);
    onlyLs('windows', [word]);
    if (rest.length > 0) throw new Misuse('windows ls: takes no key, use --automation');
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

async function clear(operands: readonly string[], options: Readonly<Record<string, unknown>>, io: Io): Promise<number> {
  const { automation, labels } = keyOperand('windows clear', operands);
  const what = `${automation} ${labelsInWords(labels)}`;
  return await withWatchfire(options, io, async (watchfire) => {
    if (!(await confirmed(`forget all of ${what}?`, options, io))) return FAILED;
    await watchfire.clearKey(automation, labels);
    if (asJson(options)) printJson(io, { cleared: { automation, labels } });
    else io.out(plain(`cleared ${what}`));
    return DONE;
  });
}
