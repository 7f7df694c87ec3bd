import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { AutomationDocument } from '../../documents/given.ts';
import type { Watchfire } from '../../engine.ts';
import { changesOf, type PlannedChange } from '../changes.ts';
import { confirmed, namesOf, yesOption } from '../confirm.ts';
import { withWatchfire } from '../connect.ts';
import { documentsIn, type Source } from '../documents.ts';
import { textOf } from '../encoding.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { asJson, outputOption, plain, printJson } from '../view/output.ts';
import { warningLine, warningsOf } from '../warnings.ts';

/** Where the words of a change end, so that names stand below each other. */
const WORD_WIDTH = 'unchanged'.length;

export const verb: Verb = {
  configure(command) {
    yesOption(outputOption(command))
      .argument(
        '<file...>',
        'YAML or JSON: an automation, a list of them, or a list under "automations"; - is standard input',
      )
      .option('--dry-run', 'only print what would change', false)
      .option('--strict', 'change nothing when there is a warning; hints never stop it', false)
      .option('--prune', 'delete all automations that are in none of the files; asks first on a terminal', false)
      .addHelpText(
        'after',
        '\nAutomations are matched by id, those without one by name. Nothing is changed unless all files are right.\n' +
          'What can never work, or is hardly meant, is warned of; a hint is what only the events of late suggest.\n' +
          '\nExample:\n  watchfire apply examples/automations/*.yaml --dry-run',
      );
  },

  async run(files, options, io) {
    const sources = await Promise.all(files.map((file) => sourceOf(file, io)));
    const contents = sources.map(documentsIn);
    const found = contents.flatMap((content) => content.found);
    const unreadable = contents.flatMap((content) => content.problems);
    const prune = options.prune === true;
    const dryRun = options.dryRun === true;
    // Wrong files are reported even when there is no Redis to put them into.
    const alone = changesOf(found, [], { newId: randomUUID, prune });
    if (unreadable.length + alone.problems.length > 0) return refused([...unreadable, ...alone.problems], io);
    return await withWatchfire(options, io, async (watchfire) => {
      const newId = dryRun ? () => 'new' : randomUUID;
      const { changes, problems, warnings } = changesOf(found, await watchfire.list(), { newId, prune });
      if (problems.length > 0) return refused(problems, io);
      const named = warnings.map((warning) => `warning: ${warning}`);
      const findings = await warningsOf(found, watchfire);
      const doubtful = findings.flat().filter(({ grade }) => grade === 'warning');
      const errors = options.strict === true ? [...named, ...doubtful.map(warningLine)] : [];
      if (errors.length > 0) return refused(errors, io);
      // As JSON they stand with their changes.
      const listed = asJson(options) ? [] : findings.flat().map(warningLine);
      for (const line of [...named, ...listed]) io.err(plain(line));
      if (!dryRun && !(await agreed(changes, options, io))) return FAILED;
      for (const change of changes) {
        if (!dryRun) await carryOut(change, watchfire);
        if (!asJson(options)) io.out(lineOf(change));
      }
      if (asJson(options))
        printJson(
          io,
          // Deletions, which no document stands for, come last.
          changes.map(({ document: _, ...shown }, i) => ({ ...shown, warnings: findings[i] ?? [] })),
        );
      if (dryRun) io.err('dry run: nothing was changed');
      return DONE;
    });
  },
};

/** What is pruned is gone for good; a person may have forgotten a file. */
async function agreed(
  changes: readonly PlannedChange[],
  options: Readonly<Record<string, unknown>>,
  io: Io,
): Promise<boolean> {
  const gone = changes.filter(({ change }) => change === 'deleted').map(({ id, name }) => `${name} (${id})`);
  if (gone.length === 0) return true;
  return await confirmed(`delete what is in none of the files, with all of its state: ${namesOf(gone)}?`, options, io);
}

async function sourceOf(file: string, io: Io): Promise<Source> {
  const name = file === '-' ? 'stdin' : file;
  const bytes = await (file === '-' ? buffer(io.stdin) : readFile(file)).catch((error: Error) => {
    throw new Misuse(`cannot read ${file}: ${error.message}`);
  });
  const text = textOf(bytes);
  if (text === null)
    throw new Misuse(`cannot read ${name}: it is neither UTF-8 nor UTF-16 that says so at its beginning`);
  return { file: name, text };
}

function refused(problems: readonly string[], io: Io): number {
  for (const problem of problems) io.err(plain(problem));
  io.err(`watchfire: nothing was changed: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`);
  return FAILED;
}

async function carryOut({ change, id, document }: PlannedChange, watchfire: Watchfire): Promise<void> {
  if (change === 'deleted') await watchfire.delete(id);
  else if (document !== null) await watchfire.put(document as AutomationDocument);
}

function lineOf({ change, id, name, keys }: PlannedChange): string {
  const what = change === 'updated' ? `: ${keys.join(', ')}` : '';
  return plain(`${change.padEnd(WORD_WIDTH)}  ${name} (${id})${what}`);
}
