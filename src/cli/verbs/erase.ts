import type { ErasedCounts } from '../../erase/erase.ts';
import { reasonOption } from '../by-whom.ts';
import { confirmed, yesOption } from '../confirm.ts';
import { withWatchfire } from '../connect.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { count, countThings } from '../view/when.ts';

/** What people call the kinds of what goes, in the order of the report. */
const NAMES = {
  events: ['entry of the log', 'entries of the log'],
  firings: ['firing', 'firings'],
  keys: ['key with all it holds', 'keys with all they hold'],
  documents: [
    'remembered event of another key, whose content goes',
    'remembered events of other keys, whose content goes',
  ],
  jobs: ['job', 'jobs'],
  deliveries: ['record of a delivery', 'records of deliveries'],
  letters: ['dead letter', 'dead letters'],
  changes: ['record of changes, silences and acts', 'records of changes, silences and acts'],
} as const;

export const verb: Verb = {
  configure(command) {
    reasonOption(yesOption(outputOption(command)))
      .requiredOption('--label <name=value>', 'what carries it: id=customer.7, related:customer:id=…, payload.email=…')
      .option('--dry-run', 'only count', false)
      .addHelpText(
        'after',
        '\nRemoves what carries a label with a value, for good: events by any of their resources, windows and firings by their keys or\n' +
          'their events, and what was made of them. Workers may go on. What is not applied yet, waits for its leader or is not handed on\n' +
          'stays: then the exit status is 1, and the next call takes it. Jobs that were taken, backups, and what receivers have are not\n' +
          'in reach.\n' +
          '\nExample:\n  watchfire erase --label id=customer.7 --dry-run',
      );
  },

  async run(_, options, io) {
    const label = labelIn(String(options.label));
    const dryRun = options.dryRun === true;
    return await withWatchfire(
      options,
      io,
      async (watchfire) => {
        const question = `Remove all that carries ${plain(`${label.name}=${label.value}`)}, for good?`;
        if (!dryRun && !(await confirmed(question, options, io))) return FAILED;
        const counts = await watchfire.erase(label, { dryRun });
        if (asJson(options)) printJson(io, { ...counts, dry_run: dryRun });
        else print(io, counts, dryRun);
        return counts.waiting > 0 && !dryRun ? FAILED : DONE;
      },
      { patient: true },
    );
  },
};

function labelIn(text: string): { name: string; value: string } {
  const sign = text.indexOf('=');
  if (sign < 1 || sign === text.length - 1) throw new Misuse(`--label: must be name=value (found "${plain(text)}")`);
  return { name: text.slice(0, sign), value: text.slice(sign + 1) };
}

function print(io: Io, { waiting, ...counts }: ErasedCounts, dryRun: boolean): void {
  const found = Object.entries(NAMES).filter(([kind]) => counts[kind as keyof typeof NAMES] > 0);
  if (found.length === 0) io.out(dryRun ? 'nothing carries it' : 'nothing carried it');
  else io.out(dryRun ? 'would remove:' : 'removed:');
  for (const [kind, name] of found) io.out(`  ${countThings(counts[kind as keyof typeof NAMES], name)}`);
  if (waiting > 0)
    io.err(`watchfire: ${count(waiting)} wait still to be applied, handed on or finished: run it again when they are`);
}
