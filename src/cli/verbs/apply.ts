import { randomUUID } from 'node:crypto';
import type { AutomationDocument } from '../../documents/given.ts';
import type { Watchfire } from '../../engine.ts';
import type { HasTarget } from '../../findings/reactions.ts';
import type { Dropped } from '../../inspect/dropped.ts';
import { parseAutomation } from '../../model/automation.ts';
import { reasonOption } from '../by-whom.ts';
import { changesOf, type PlannedChange } from '../changes.ts';
import { confirmed, namesOf, yesOption } from '../confirm.ts';
import { withWatchfire } from '../connect.ts';
import { documentsIn } from '../documents.ts';
import { problemText } from '../position.ts';
import { targetsFile, targetsOption } from '../reactions.ts';
import { sourceOf } from '../source.ts';
import { DONE, FAILED, type Io, Misuse, type Verb } from '../verb.ts';
import { differenceOf } from '../view/difference.ts';
import { doesInWords, hasPrefectActions } from '../view/does.ts';
import { dropsInWords } from '../view/drops.ts';
import { asJson, outputOption, plain, printJson, sentenceOf } from '../view/output.ts';
import { warningLines, warningsOf } from '../warnings.ts';

/** Exit status of `--detailed-exitcode` when something is changed, as other tools of this kind have it. */
const DIFFERENT = 2;

const NOTHING_DROPPED: Dropped = Object.freeze({ windows: 0, alerts: 0, more: false });

type Options = Readonly<Record<string, unknown>>;

/** Where the words of a change end, so that names stand below each other. */
const WORD_WIDTH = 'unchanged'.length;

export const verb: Verb = {
  configure(command) {
    targetsOption(reasonOption(yesOption(outputOption(command))))
      .argument(
        '<file...>',
        'YAML or JSON: an automation, a list of them, or a list under "automations"; - is standard input',
      )
      .option('--dry-run', 'only print what would change', false)
      .option('--strict', 'change nothing when there is a warning; hints and equal names never stop it', false)
      .option('--detailed-exitcode', 'end with 2 when something is changed, or would be; with 1 on every error', false)
      .option('--prune', 'delete all automations that are in none of the files; asks first on a terminal', false)
      .addHelpText(
        'after',
        '\nAutomations are matched by id, those without one by name. Nothing is changed unless all files are right.\n' +
          'A document without "enabled" or "mode" leaves the automation switched as it is. A change of a trigger drops its open\n' +
          'windows and alerts: how many, and the lines that differ, stand below the change.\n' +
          'What can never work, or is hardly meant, is warned of; a hint is what only the events of late suggest.\n' +
          '\nExample:\n  watchfire apply examples/automations/*.yaml --dry-run',
      );
  },

  async run(files, options, io) {
    try {
      const changed = await apply(files, options, io);
      if (changed === null) return FAILED;
      return changed && options.detailedExitcode === true ? DIFFERENT : DONE;
    } catch (error) {
      if (!(error instanceof Misuse && options.detailedExitcode === true)) throw error;
      io.err(`watchfire: ${sentenceOf(error)}`);
      return FAILED;
    }
  },
};

/** @returns whether something was changed, or would be; null when nothing may be */
async function apply(files: readonly string[], options: Options, io: Io): Promise<boolean | null> {
  const sources = await Promise.all(files.map((file) => sourceOf(file, io)));
  const contents = sources.map(documentsIn);
  const found = contents.flatMap((content) => content.found);
  const unreadable = contents.flatMap((content) => content.problems);
  const prune = options.prune === true;
  const dryRun = options.dryRun === true;
  // Wrong files are reported even when there is no Redis to put them into.
  const alone = changesOf(found, [], { newId: randomUUID, prune });
  if (unreadable.length + alone.problems.length > 0)
    return refused([...unreadable, ...alone.problems].map(problemText), io);
  const targets = await targetsIn(options, io);
  return await withWatchfire(options, io, async (watchfire) => {
    const newId = dryRun ? () => 'new' : randomUUID;
    const { changes, problems, warnings } = changesOf(found, await watchfire.list(), { newId, prune });
    if (problems.length > 0) return refused(problems.map(problemText), io);
    const named = warnings.map((warning) => `warning: ${warning}`);
    const findings = await warningsOf(found, watchfire, targets);
    const doubtful = findings.flat().filter(({ grade }) => grade === 'warning');
    // Equal names are how people work, and what Prefect exports: with --strict too they are no error.
    for (const line of named) io.err(plain(line));
    const errors = options.strict === true ? warningLines(doubtful) : [];
    if (errors.length > 0) return refused(errors, io);
    // As JSON they stand with their changes.
    if (!asJson(options)) for (const line of warningLines(findings.flat())) io.err(plain(line));
    const shown = await shownOf(changes, watchfire);
    if (!dryRun && !(await agreed(changes, options, io))) return null;
    for (const one of shown) {
      if (!dryRun) await carryOut(one, watchfire);
      if (!asJson(options)) for (const line of linesOf(one)) io.out(line);
    }
    // Deletions, which no document stands for, come last.
    if (asJson(options))
      printJson(
        io,
        shown.map((one, i) => ({ ...changeJson(one), warnings: findings[i] ?? [] })),
      );
    if (dryRun) io.err('dry run: nothing was changed');
    return changes.some(({ change }) => change !== 'unchanged');
  });
}

/** Which targets there are, where a targets file is named. @throws InvalidDocument */
async function targetsIn(options: Options, io: Io): Promise<HasTarget | null> {
  const file = targetsFile(options, io);
  if (file === null) return null;
  const { targetNames } = await import('../../reactions/try-target.ts');
  return targetNames(file, io.env);
}

/** A change with the lines in which the documents differ, what actions of Prefect do here, and the state that it drops. */
type ShownChange = PlannedChange & Readonly<{ difference: readonly string[]; does: readonly string[]; drops: Dropped }>;

/** Before any is carried out: what is dropped can be counted only as long as it is there. */
async function shownOf(changes: readonly PlannedChange[], watchfire: Watchfire): Promise<ShownChange[]> {
  const changing = changes.filter(({ change }) => change === 'updated' || change === 'deleted');
  const replacements = changing.map(({ id, document }) => ({
    id,
    automation: document === null ? null : parseAutomation(document),
  }));
  const counts = await watchfire.drops(replacements);
  const dropped = new Map(changing.map(({ id }, i) => [id, counts[i] ?? NOTHING_DROPPED]));
  const does = await Promise.all(changes.map((one) => doesOf(one, watchfire)));
  return changes.map((one, i) => {
    const { before, document, keys } = one;
    const difference = before === null || document === null ? [] : differenceOf(before, document, keys);
    return { ...one, difference, does: does[i] ?? [], drops: dropped.get(one.id) ?? NOTHING_DROPPED };
  });
}

/** What actions of Prefect do here, in an automation that is new or other than before. */
async function doesOf({ change, document }: PlannedChange, watchfire: Watchfire): Promise<string[]> {
  if (document === null || change === 'unchanged') return [];
  const automation = parseAutomation(document);
  if (!hasPrefectActions(automation)) return [];
  return doesInWords(automation, await watchfire.announced(automation, Number.POSITIVE_INFINITY));
}

/** What is pruned is gone for good; a person may have forgotten a file. */
async function agreed(changes: readonly PlannedChange[], options: Options, io: Io): Promise<boolean> {
  const gone = changes.filter(({ change }) => change === 'deleted').map(({ id, name }) => `${name} (${id})`);
  if (gone.length === 0) return true;
  return await confirmed(`delete what is in none of the files, with all of its state: ${namesOf(gone)}?`, options, io);
}

function refused(problems: readonly string[], io: Io): null {
  for (const problem of problems) io.err(plain(problem));
  io.err(`watchfire: nothing was changed: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`);
  return null;
}

async function carryOut({ change, id, document }: PlannedChange, watchfire: Watchfire): Promise<void> {
  if (change === 'deleted') await watchfire.delete(id);
  else if (document !== null) await watchfire.put(document as AutomationDocument);
}

function linesOf(shown: ShownChange): string[] {
  const { change, id, name, keys, difference } = shown;
  const what = change === 'updated' ? `: ${keys.join(', ')}` : '';
  const first = `${change.padEnd(WORD_WIDTH)}  ${name} (${id})${what}${dropsInWords(shown.drops)}`;
  return [first, ...shown.does, ...difference].map((line, i) => plain(i === 0 ? line : `  ${line}`));
}

function changeJson({ change, id, name, keys, difference, drops }: ShownChange): Record<string, unknown> {
  return { change, id, name, keys, difference, drops };
}
