import { type RepartitionReport, repartition } from '../../index.ts';
import { withWatchfire } from '../connect.ts';
import { layoutOption, partitionsOptions } from '../partitions.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { barOn } from '../view/bar.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { countThings } from '../view/when.ts';

/** What people call what goes along, in the order of the report. */
const NAMES = {
  automations: ['automation', 'automations'],
  keys: ['key with a window, an alert or firings of children', 'keys with a window, an alert or firings of children'],
  times: ['key with remembered times of expected events', 'keys with remembered times of expected events'],
  ids: ['remembered id', 'remembered ids'],
  parked: ['event that waits for the one it follows', 'events that wait for the one they follow'],
  entries: ['entry of the log', 'entries of the log'],
  firings: ['firing', 'firings'],
  letters: ['dead letter', 'dead letters'],
} as const;

export const verb: Verb = {
  configure(command) {
    partitionsOptions(outputOption(command))
      .option('--one', 'back to one engine, without partitions', false)
      .option('--dry-run', 'read everything and change nothing', false)
      .addHelpText(
        'after',
        '\nLeads all that a namespace keeps (windows, alerts, log, ledger, remembered ids, parked events, dead letters) to other partitions:\n' +
          'an engine without partitions becomes one with some, or their number or label changes. Nothing fires twice, nothing is lost.\n' +
          'Stop all workers first. Where there are no partitions yet, producers may go on; else stop them, and let a worker finish what waits.\n' +
          'The new state is written beside the old one, so there has to be room for both. It may be interrupted at any point and run again;\n' +
          'until the new state begins to take its place, repartitioning to what there was gives it up. Keep a copy of the data of Redis.\n' +
          '\nExample:\n  watchfire repartition --partitions 16 --by id --dry-run',
      );
  },

  async run(_, options, io) {
    const dryRun = options.dryRun === true;
    const to = layoutOption(options) ?? null;
    if ((to === null) !== (options.one === true)) throw new Misuse('repartition: --partitions or --one is needed');
    const bar = await barOn(io, '{value} read');
    const report = await withWatchfire(
      options,
      io,
      (watchfire) =>
        repartition(watchfire, to, {
          dryRun,
          onProgress: (done) => bar.update({ done, total: done }),
          signal: io.signal,
        }),
      { patient: true },
    ).finally(bar.stop);
    if (asJson(options)) printJson(io, { ...report, dry_run: dryRun });
    else print(io, report, dryRun);
    return report.word === 'cut-off' ? FAILED : DONE;
  },
};

function print(io: Io, { word, from, to, counts }: RepartitionReport, dryRun: boolean): void {
  const [before, after] = [from, to].map((layout) =>
    layout === null ? 'one engine' : `${layout.count} partitions by ${layout.by}`,
  );
  if (word === 'same') {
    io.out(plain(`nothing to do: there is ${after} already`));
    return;
  }
  io.out(plain(`${dryRun ? 'would lead' : 'led'} from ${before} to ${after}:`));
  for (const [kind, name] of Object.entries(NAMES)) {
    const found = counts[kind as keyof typeof NAMES];
    if (found > 0) io.out(`  ${countThings(found, name)}`);
  }
  if (word === 'cut-off') io.out('interrupted: run "watchfire repartition" again');
  else if (!dryRun) io.out('done: workers can start');
}
