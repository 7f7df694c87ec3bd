import type { Watchfire } from '../../engine.ts';
import type { Closing } from '../../index.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { reasonOption } from '../by-whom.ts';
import { withWatchfire } from '../connect.ts';
import { DONE, type Io, Misuse, type Verb } from '../verb.ts';
import { labelsInWords } from '../view/firing.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { count, moment, withoutYear } from '../view/when.ts';

type Options = Readonly<Record<string, unknown>>;

/** Most keys that are named in a line. */
const KEYS_SHOWN = 3;

export const verb: Verb = {
  acts: ['ls', 'reset'],

  configure(command) {
    command
      .usage('[ls] [options] | reset <automation...>')
      .argument('[act]', 'ls: list those that are used up, as without a word; reset: open them now')
      .argument('[automation...]', 'reset: names or ids');
    reasonOption(wideOption(outputOption(command))).addHelpText(
      'after',
      '\nAn automation has a budget of firings a minute; more are held back until the minute is over, and one message says how many.\n' +
        '\nExample:\n  watchfire budget reset payment-overdue',
    );
  },

  async run([act = 'ls', ...names], options, io) {
    if (act !== 'ls' && act !== 'reset') throw new Misuse(`budget: must be ls or reset (found "${act}")`);
    if (act === 'ls' && names.length > 0) throw new Misuse(`budget ls: takes no names (found "${names[0]}")`);
    if (act === 'reset' && names.length === 0) throw new Misuse('budget reset: needs names or ids of automations');
    return await withWatchfire(options, io, async (watchfire) => {
      if (act === 'ls') return await list(watchfire, options, io);
      for (const name of names) {
        const opened = await watchfire.resetBudget(name);
        io.out(plain(`${opened ? 'opened' : 'open already:'} the budget of ${name}`));
      }
      return DONE;
    });
  },
};

async function list(watchfire: Watchfire, options: Options, io: Io): Promise<number> {
  const closed = await watchfire.closedBudgets();
  if (asJson(options)) printJson(io, closed.map(closingJson));
  else if (closed.length === 0) io.err('no budget is used up');
  else printTable(io, options, COLUMNS, closed.map(row));
  return DONE;
}

const COLUMNS: readonly Column[] = [
  { title: 'AUTOMATION' },
  { title: 'HELD BACK', whole: true },
  { title: 'SINCE', whole: true, leaves: 1, short: withoutYear },
  { title: 'OPENS', whole: true, short: withoutYear },
  { title: 'OF KEYS' },
];

function row({ automation, count: held, since, till, keys, others }: Closing): string[] {
  const named = keys.slice(0, KEYS_SHOWN).map(({ labels, firings }) => `${labelsInWords(labels)} (${count(firings)})`);
  const more = keys.slice(KEYS_SHOWN).reduce((sum, { firings }) => sum + firings, others);
  return [
    automation,
    count(held),
    moment(since),
    moment(till),
    [...named, ...(more === 0 ? [] : [`others (${count(more)})`])].join(', '),
  ];
}

function closingJson({ since, till, count: held, ...closing }: Closing): Record<string, unknown> {
  return { ...closing, held, since: formatTimestamp(since), until: formatTimestamp(till) };
}
