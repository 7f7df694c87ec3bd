import { type MigrationReport, migrateState } from '../../index.ts';
import { reasonOption } from '../by-whom.ts';
import { withWatchfire } from '../connect.ts';
import { DONE, FAILED, type Io, type Verb } from '../verb.ts';
import { barOn } from '../view/bar.ts';
import { asJson, outputOption, printJson } from '../view/output.ts';
import { count } from '../view/when.ts';

/** What people call the kinds of what is led over, in the order of the report. */
const NAMES = {
  triggers: 'triggers',
  windows: 'windows and alerts',
  definitions: 'triggers, compiled anew',
  ids: 'remembered ids',
  followers: 'events that wait for their leader',
  revisions: 'replaced documents',
  own: 'entries of the engine itself',
  readers: 'readers of the log',
  settings: 'settings under old names',
  history: 'history of changes, which begins here',
} as const;

export const verb: Verb = {
  configure(command) {
    reasonOption(outputOption(command))
      .option('--dry-run', 'read everything and change nothing', false)
      .addHelpText(
        'after',
        '\nLeads what an earlier version of Watchfire left in Redis over to the form that this version reads. Stop all workers\n' +
          'first; producers may go on. It may be interrupted at any point and run again. Until it is through no version takes the\n' +
          'namespace, and there is no way back: keep a copy of the data of Redis.\n' +
          '\nExample:\n  watchfire migrate --dry-run',
      );
  },

  async run(_, options, io) {
    const dryRun = options.dryRun === true;
    const bar = await barOn(io, '{value} of {total} windows and ids');
    const report = await withWatchfire(
      options,
      io,
      async (watchfire) => {
        const report = await migrateState(watchfire, { dryRun, onProgress: bar.update, signal: io.signal });
        const { from, to, finished } = report;
        if (finished && !dryRun && from !== null) await watchfire.acted('migrate', `format ${from} to ${to}`);
        return report;
      },
      { patient: true },
    ).finally(bar.stop);
    if (asJson(options)) printJson(io, { ...report, dry_run: dryRun });
    else print(io, report, dryRun);
    return report.finished ? DONE : FAILED;
  },
};

function print(io: Io, { from, to, finished, counts }: MigrationReport, dryRun: boolean): void {
  if (from === null) {
    io.out(`nothing to do: the state has format ${to}, or there is none`);
    return;
  }
  const writer = from === '0.1.0' ? 'Watchfire 0.1.0' : from;
  const deed = dryRun ? 'would lead over' : 'led over';
  io.out(`${deed} from ${writer} to format ${to}:`);
  for (const [kind, name] of Object.entries(NAMES)) {
    const found = counts[kind as keyof typeof NAMES];
    if (found > 0) io.out(`  ${count(found)} ${name}`);
  }
  if (finished && !dryRun) io.out('done: workers of this version can start');
  if (!finished) io.out('interrupted: run "watchfire migrate" again');
}
