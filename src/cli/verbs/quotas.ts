import { DEFAULT_QUOTAS, LARGEST_QUOTA, type QuotaChanges, type QuotaUse } from '../../index.ts';
import { reasonOption } from '../by-whom.ts';
import { withWatchfire } from '../connect.ts';
import { lsArgument, onlyLs } from '../ls.ts';
import { wholeOption } from '../settings.ts';
import { DONE, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { type Column, printTable, wideOption } from '../view/table.ts';
import { count } from '../view/when.ts';

type Options = Readonly<Record<string, unknown>>;

const COLUMNS: readonly Column[] = [
  { title: '' },
  { title: 'WINDOWS', whole: true },
  { title: 'AT MOST', whole: true },
];

export const verb: Verb = {
  acts: ['ls'],

  configure(command) {
    command
      .option(
        '--automation <windows>',
        `at most so many of each automation (default: ${DEFAULT_QUOTAS.windowsPerAutomation})`,
      )
      .option('--all <windows>', `at most so many of all automations (default: ${DEFAULT_QUOTAS.windows})`)
      .option('--reset', 'put both back to their defaults', false);
    reasonOption(wideOption(outputOption(lsArgument(command)))).addHelpText(
      'after',
      '\nA window is whatever is kept for one key: an open window, an alert, child firings. At a cap those that are there go\n' +
        'on, and further keys are not watched; what leaves nothing behind fires as ever. Counted as over-limit in "status".\n' +
        '\nExample:\n  watchfire quotas --automation 200000',
    );
  },

  async run(operands, options, io) {
    onlyLs('quotas', operands);
    const changes = changesIn(options);
    return await withWatchfire(options, io, async (watchfire) => {
      if (Object.keys(changes).length > 0) await watchfire.setQuotas(changes);
      const held = await watchfire.quotas();
      if (asJson(options)) printJson(io, reportJson(held));
      else print(held, options, io);
      return DONE;
    });
  },
};

function changesIn(options: Options): QuotaChanges {
  const given = (name: string): number => wholeOption(options, name, 0, LARGEST_QUOTA);
  const some = options.automation !== undefined || options.all !== undefined;
  if (options.reset === true && some) throw new Misuse('quotas: --reset goes without --automation and --all');
  if (options.reset === true) return { windowsPerAutomation: null, windows: null };
  return {
    ...(options.automation === undefined ? {} : { windowsPerAutomation: given('automation') }),
    ...(options.all === undefined ? {} : { windows: given('all') }),
  };
}

function print({ limits, windows, automations, refused }: QuotaUse, options: Options, io: Io): void {
  const rows = automations.map(({ id, windows: own }) => [id, count(own), count(limits.windowsPerAutomation)]);
  const cap = ['each automation', '-', count(limits.windowsPerAutomation)];
  printTable(io, options, COLUMNS, [['all', count(windows), count(limits.windows)], cap, ...rows]);
  if (refused > 0) io.out(`${count(refused)} times a key was not watched for want of room`);
}

function reportJson({ limits, windows, automations, refused }: QuotaUse): Record<string, unknown> {
  return {
    limits: { windows_per_automation: limits.windowsPerAutomation, windows: limits.windows },
    windows,
    automations,
    over_limit: refused,
  };
}
