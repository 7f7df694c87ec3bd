import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Watchfire } from '../../engine.ts';
import type { Automation } from '../../model/automation.ts';
import { parseAutomation } from '../../model/automation.ts';
import type { Backtest } from '../../replay/backtest.ts';
import { backtestAll } from '../../replay/parts.ts';
import { placeOf } from '../../replay/player.ts';
import { changesOf } from '../changes.ts';
import { withWatchfire } from '../connect.ts';
import { documentsIn } from '../documents.ts';
import { openInput } from '../input.ts';
import { linesOf } from '../lines.ts';
import { problemText } from '../position.ts';
import { scratchOption, withScratch } from '../scratch.ts';
import { momentOf, sinceOption } from '../settings.ts';
import { sourceOf } from '../source.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { backtestJson, differs, printBacktest } from '../view/backtest.ts';
import { barOn, REPLAYED } from '../view/bar.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { wideOption } from '../view/table.ts';

/** Longest line of a file of events: what an event may have, and as much again for how it is written. */
const LINE_LIMIT_BYTES = 4 * 1_024 * 1_024;

type Options = Readonly<Record<string, unknown>>;

export const verb: Verb = {
  configure(command) {
    wideOption(outputOption(scratchOption(command)))
      .argument('[candidate...]', 'files of automations, and names or ids of those that stand there')
      .option('--since <time>', 'only entries since, such as 24h, or "2026-11-28 18:00" (UTC without a zone)')
      .option(
        '--events <file>',
        'events of a file in the place of the log, one JSON object in each line; - is standard input',
      )
      .option(
        '--against <live>',
        'what candidates would fire anew, not any more, or at another time than the ledger says',
      )
      .addHelpText(
        'after',
        '\nReplays the retained log in virtual time, on a private Redis: nothing of the engine is changed, and no job is made.\n' +
          'Without candidates the automations are replayed as they were, and must give the ledger again; else the exit status is 1.\n' +
          'EXACT FROM is the entry behind which a replay of an automation is exact: what was open when the log begins is not known.\n' +
          '\nExamples:\n  watchfire backtest\n  watchfire backtest new.yaml --since 24h --against live\n' +
          '  watchfire backtest "Payment overdue" --events yesterday.ndjson',
      );
  },

  async run(operands, options, io) {
    if (options.against !== undefined && options.against !== 'live')
      throw new Misuse(`--against: must be live (found "${plain(String(options.against))}")`);
    if (options.against !== undefined && (operands.length === 0 || options.events !== undefined))
      throw new Misuse('--against: goes with candidates over the log: name a file or an automation, and no --events');
    const since = sinceOption(options, 'since');
    if (since !== null && options.events !== undefined)
      throw new Misuse('--since: goes with the log, not with --events');
    const found = await candidatesIn(operands, io);
    if (found === null) return FAILED;
    const result = await withWatchfire(
      options,
      io,
      async (watchfire) => {
        const candidates = operands.length === 0 ? undefined : await found(watchfire);
        const sinceMs = since === null ? undefined : momentOf(since, await watchfire.serverTimeMs());
        return await replayed(watchfire, { candidates, sinceMs }, options, io);
      },
      { patient: true },
    );
    if (asJson(options)) printJson(io, backtestJson(result));
    else printBacktest(result, options, io);
    return differs(result) ? FAILED : DONE;
  },
};

type Wanted = Readonly<{ candidates: Automation[] | undefined; sinceMs: number | undefined }>;

async function replayed(watchfire: Watchfire, wanted: Wanted, options: Options, io: Io): Promise<Backtest> {
  const { candidates, sinceMs } = wanted;
  const bar = await barOn(io, REPLAYED);
  const lines = options.events === undefined ? undefined : await eventsIn(String(options.events), io);
  return await withScratch(options, io, (scratch) =>
    backtestAll(watchfire, (part) => placeOf(scratch.engine(`backtest-${part}`, 0)), {
      ...(candidates && { candidates }),
      ...(sinceMs !== undefined && { sinceMs }),
      ...(lines && { lines }),
      against: options.against !== undefined,
      onProgress: bar.update,
      signal: io.signal,
    }),
  ).finally(bar.stop);
}

async function eventsIn(file: string, io: Io): Promise<AsyncIterable<string>> {
  const { source } = await openInput(file, io);
  return (async function* () {
    for await (const lines of linesOf(source, LINE_LIMIT_BYTES)) {
      for (const { bytes } of lines) yield bytes === null ? '(too long)' : bytes.toString('utf8');
    }
  })();
}

/** Reads candidates of files at once, so that what is wrong with them is said before anything else; null when anything is. */
async function candidatesIn(
  operands: readonly string[],
  io: Io,
): Promise<((watchfire: Watchfire) => Promise<Automation[]>) | null> {
  const isFile = (operand: string): boolean =>
    operand === '-' || /\.(ya?ml|json)$/i.test(operand) || existsSync(operand);
  const sources = await Promise.all(operands.filter(isFile).map((file) => sourceOf(file, io)));
  const contents = sources.map(documentsIn);
  const found = contents.flatMap((content) => content.found);
  const alone = changesOf(found, [], { newId: randomUUID, prune: false });
  const problems = [...contents.flatMap((content) => content.problems), ...alone.problems];
  for (const problem of problems) io.err(plain(problemText(problem)));
  if (problems.length > 0) return null;
  return async (watchfire) => {
    // As `apply` finds them: by id, those without one by name.
    const { changes } = changesOf(found, await watchfire.list(), { newId: randomUUID, prune: false });
    const named = operands.filter((operand) => !isFile(operand));
    const standing = await Promise.all(named.map((name) => watchfire.get(name)));
    const documents = [
      ...changes.map(({ document, before }) => document ?? before),
      ...standing.map((one) => one.document),
    ];
    // What stands there disabled would fire nothing.
    return documents.map((document) => parseAutomation({ ...document, enabled: true }));
  };
}
