import path from 'node:path';
import { findingsIn, NOTHING_KNOWN } from '../../findings/automation-findings.ts';
import { isSpread } from '../../match/placement.ts';
import { changesOf } from '../changes.ts';
import { documentsIn, type FoundDocument } from '../documents.ts';
import type { Problem } from '../position.ts';
import { sourceOf } from '../source.ts';
import { countOf } from '../testing/report.ts';
import { isTestFile, testsIn } from '../testing/test-file.ts';
import { DONE, FAILED, type Io, type Verb } from '../verb.ts';
import { outputOption, printJson } from '../view/output.ts';
import { type Graded, githubLine, gradedJson, gradedLines, severityCount } from '../view/problem.ts';
import { automationOf } from '../warnings.ts';

export const verb: Verb = {
  configure(command) {
    outputOption(command, ['text', 'json', 'github'])
      .argument('<file...>', 'YAML or JSON, as for apply or for test; - is standard input')
      .option('--strict', 'end with 1 when there is a warning too', false)
      .option('--by <label>', 'note what keeps automations from living on every partition, where this label divides')
      .addHelpText(
        'after',
        '\nTells all that is wrong with automations, and what they say that can hardly be meant, without any Redis: for editors,\n' +
          'commits and CI. As JSON: a list of {"file","line","column","end_column","severity","path","message"}; for GitHub: as\n' +
          'annotations of a workflow.\n' +
          '\nExit status 0: nothing is in error. 1: something is, or there is a warning and --strict. 2: a file cannot be read.\n' +
          '\nExample:\n  watchfire check --strict automations/*.yaml',
      );
  },

  async run(files, { output, strict, by: label }, io) {
    const by = label === undefined ? null : String(label);
    const sources = await Promise.all(files.map((file) => sourceOf(file, io)));
    const kinds = Map.groupBy(sources, (source) => (isTestFile(source) ? 'tests' : 'automations'));
    const contents = (kinds.get('automations') ?? []).map(documentsIn);
    const tested = await Promise.all((kinds.get('tests') ?? []).map((source) => testsIn(source, io)));
    const found = contents.flatMap((content) => content.found);
    const newId = (): string => 'new';
    const wrong = [
      ...contents.flatMap((content) => content.problems),
      ...changesOf(found, [], { newId, prune: false }).problems,
      ...tested.flatMap((file) => file.problems),
    ];
    const all = inOrder([...onceEach(wrong).map(asError), ...found.flatMap((one) => warningsIn(one, by))], files);
    print(all, output, io);
    const { errors, warnings } = severityCount(all);
    if (output === 'text')
      io.err(summary(files.length, found.length, tested.flatMap((file) => file.tests).length, errors, warnings));
    if (output === 'text' && by !== null) io.err(placements(found, by));
    await io.drained();
    return errors > 0 || (strict === true && warnings > 0) ? FAILED : DONE;
  },
};

/** What is wrong with a file is found once more by the tests that name it. */
function onceEach(problems: readonly Problem[]): Problem[] {
  const textOf = ({ position: { file, line, column }, place, reason }: Problem): string =>
    [path.resolve(file), line, column, place, reason].join(' ');
  return [...new Map(problems.toReversed().map((problem) => [textOf(problem), problem])).values()].toReversed();
}

function asError(problem: Problem): Graded {
  return { ...problem, severity: 'error' };
}

/** A document in error has none. */
function warningsIn({ document, position }: FoundDocument, by: string | null): Graded[] {
  const automation = automationOf(document);
  if (automation === null) return [];
  return findingsIn(automation, { ...NOTHING_KNOWN, by }).map(({ grade, place, reason, advice }) => ({
    severity: grade === 'hint' ? 'note' : grade,
    position: position(place, ''),
    place,
    reason: `${reason}; ${advice}`,
  }));
}

/** File by file as they were named, and from top to bottom. */
function inOrder(all: readonly Graded[], files: readonly string[]): Graded[] {
  const rank = new Map(files.map((file, i) => [file === '-' ? 'stdin' : file, i]));
  const rankOf = ({ position }: Graded): number => rank.get(position.file) ?? 0;
  return all.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || a.position.line - b.position.line || a.position.column - b.position.column,
  );
}

function print(all: readonly Graded[], output: unknown, io: Io): void {
  if (output === 'json') printJson(io, all.map(gradedJson));
  else for (const line of all.flatMap(output === 'github' ? githubLine : gradedLines)) io.out(line);
}

function summary(files: number, automations: number, tests: number, errors: number, warnings: number): string {
  const tested = tests === 0 ? '' : ` and ${countOf(tests, 'test')}`;
  const read = `${countOf(automations, 'automation')}${tested} in ${countOf(files, 'file')}`;
  return `${read}: ${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}`;
}

function placements(found: readonly FoundDocument[], by: string): string {
  const right = found.flatMap(({ document }) => automationOf(document) ?? []);
  const spread = right.filter(({ trigger }) => isSpread(trigger, by)).length;
  return `divided by ${by}: ${spread} live on every partition, ${right.length - spread} on the global one`;
}
