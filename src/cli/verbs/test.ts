import { Option } from 'commander';
import type { Scratch } from '../../simulation/scratch.ts';
import { scratchOption, withScratch } from '../scratch.ts';
import { sourceOf } from '../source.ts';
import {
  type FileReport,
  fileLines,
  isFailed,
  jsonReport,
  junitReport,
  REPORTERS,
  type Reporter,
  type Totals,
  totalLine,
} from '../testing/report.ts';
import { runTest, type TestReport } from '../testing/run-test.ts';
import { type ReadyFile, type ReadyTest, testsIn } from '../testing/test-file.ts';
import { DONE, FAILED, type Io, MISUSED, Misuse, type Verb } from '../verb.ts';
import { sentenceOf } from '../view/output.ts';
import { gradedLines } from '../view/problem.ts';

/** Tests under way at a time: while Redis works on one, the next ones are prepared. */
const IN_FLIGHT = 16;

/** Tests whose state is removed together: removing looks at every key of the server. */
const BATCH = 200;

export const verb: Verb = {
  configure(command) {
    scratchOption(command)
      .argument('<file...>', 'tests in YAML or JSON; - is standard input')
      .option('-t, --name <text>', 'run only tests whose name holds this text')
      .addOption(new Option('--reporter <form>', 'how to print the outcome').choices([...REPORTERS]).default('pretty'))
      .addHelpText(
        'after',
        '\nRuns tests of automations on the real engine in virtual time: a step sends events and says what has to fire by then, and what it\n' +
          'does not expect must not come. It starts a private Redis that is gone at the end, and installs none; the Redis that is in use is\n' +
          'not touched.\n' +
          '\nExit status 0: all passed. 1: a test failed. 2: a file is in error, or no test could be run.\n' +
          '\nExample:\n  watchfire test tests/*.yaml --reporter junit > report.xml',
      );
  },

  async run(files, options, io) {
    const sources = await Promise.all(files.map((file) => sourceOf(file, io)));
    const read = await Promise.all(sources.map((source) => testsIn(source, io)));
    const problems = read.flatMap((file) => file.problems);
    for (const problem of problems) for (const line of gradedLines({ ...problem, severity: 'error' })) io.err(line);
    if (problems.length > 0) return MISUSED;
    const wanted = chosen(read, options.name);
    if (wanted.every(({ tests }) => tests.length === 0)) throw new Misuse('test: there is no such test');
    return await withScratch(options, io, (scratch) => runAll(scratch, wanted, options.reporter as Reporter, io)).catch(
      (error: unknown) => {
        if (error instanceof Misuse || io.signal.aborted) throw error;
        // Nothing is known of the tests then.
        io.err(`watchfire: ${sentenceOf(error)}`);
        return MISUSED;
      },
    );
  },
};

function chosen(files: readonly ReadyFile[], name: unknown): ReadyFile[] {
  if (name === undefined) return [...files];
  return files
    .map((file) => ({ ...file, tests: file.tests.filter((test) => test.name.includes(String(name))) }))
    .filter(({ tests }) => tests.length > 0);
}

async function runAll(scratch: Scratch, files: readonly ReadyFile[], reporter: Reporter, io: Io): Promise<number> {
  const begin = performance.now();
  const run = runner(scratch, io.signal);
  const underWay = files.map((file) => ({ file, tests: file.tests.map(run) }));
  const reports: FileReport[] = [];
  for (const { file, tests } of underWay) {
    const report = { file, tests: await Promise.all(tests) };
    reports.push(report);
    if (reporter === 'pretty') for (const line of fileLines(report)) io.out(line);
  }
  const all = reports.flatMap(({ tests }) => tests);
  const failed = all.filter(isFailed).length;
  const totals: Totals = { files: files.length, tests: all.length, failed, tookMs: performance.now() - begin };
  if (reporter === 'pretty') io.out(totalLine(totals));
  else io.out(reporter === 'json' ? jsonReport(reports, totals) : junitReport(reports, totals));
  await io.drained();
  return failed > 0 ? FAILED : DONE;
}

/** Runs so many tests at a time, in their order, and removes what they leave batch by batch. */
function runner(scratch: Scratch, signal: AbortSignal): (test: ReadyTest) => Promise<TestReport> {
  const slots = Array.from({ length: IN_FLIGHT }, () => Promise.resolve());
  const left: number[] = [];
  let count = 0;
  return (test) => {
    const number = count;
    count += 1;
    const batch = Math.floor(number / BATCH);
    left[batch] ??= BATCH;
    const report = (slots[number % IN_FLIGHT] ?? Promise.resolve()).then(async () => {
      const done = await runTest(scratch, `${batch}-${number}`, test, signal);
      left[batch] = (left[batch] ?? 0) - 1;
      if (left[batch] === 0) await scratch.remove(`${batch}-`);
      return done;
    });
    // Its error belongs to the code that waits for it.
    slots[number % IN_FLIGHT] = report.then(
      () => undefined,
      () => undefined,
    );
    return report;
  };
}
