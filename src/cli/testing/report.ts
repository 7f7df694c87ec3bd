import type { Expectation } from '../../model/test-file.ts';
import { labelsInWords } from '../view/firing.ts';
import { jsonText, plain } from '../view/output.ts';
import { durationInWords } from '../view/words.ts';
import { type Came, jobsText, type Missing, stateOf } from './expectation.ts';
import type { FailedStep, TestReport } from './run-test.ts';
import type { ReadyFile } from './test-file.ts';

/** How the tests of a file went. */
export type FileReport = Readonly<{ file: ReadyFile; tests: readonly TestReport[] }>;

/** How all went. */
export type Totals = Readonly<{ files: number; tests: number; failed: number; tookMs: number }>;

export const REPORTERS = ['pretty', 'junit', 'json'] as const;
export type Reporter = (typeof REPORTERS)[number];

export function isFailed({ failures, error }: TestReport): boolean {
  return failures.length > 0 || error !== null;
}

/** What is printed for people when a file is done. */
export function fileLines(report: FileReport): string[] {
  const failed = report.tests.filter(isFailed);
  const head = `${failed.length === 0 ? 'ok  ' : 'FAIL'}  ${report.file.file}  ${countOf(report.tests.length, 'test')}`;
  const lines = [failed.length === 0 ? head : `${head}, ${failed.length} failed`];
  for (const test of failed) lines.push('', ...failureLines(test).map((line) => `  ${line}`), '');
  return lines.map(plain);
}

export function totalLine({ files, tests, failed, tookMs }: Totals): string {
  const counted = `${countOf(tests, 'test')} in ${countOf(files, 'file')}`;
  return `${counted}: ${tests - failed} passed, ${failed} failed, in ${(tookMs / 1_000).toFixed(2)} s`;
}

/** A failed test for people: expected against got at each step, and what became of the events. */
export function failureLines({ test, failures, error, story }: TestReport): string[] {
  const { file, line, column } = test.position;
  const lines = [`${file}:${line}:${column}  ${test.name}`];
  for (const failure of failures) lines.push(...stepLines(failure, (path) => test.positionOf(path).line));
  if (error !== null) lines.push(`  it could not go on: ${error}`);
  if (story.length > 0) lines.push('  what became of the events:', ...story.map((one) => `    ${one}`));
  return lines;
}

function stepLines(
  { number, step, missing, unexpected, refused }: FailedStep,
  lineAt: (path: string) => number,
): string[] {
  const lines = [`  step ${number}, at ${durationInWords(step.atMs)} (line ${lineAt(step.path)}):`];
  for (const one of missing) {
    lines.push(
      `    expected    ${expectedText(one.expected)}`,
      `    got         ${one.nearest === null ? 'nothing' : cameText(one.nearest)}`,
    );
    for (const { key, expected, got } of one.differences) lines.push(`      ${key}: expected ${expected}, got ${got}`);
  }
  for (const one of unexpected) lines.push(`    unexpected  ${cameText(one)}`);
  for (const one of refused) lines.push(`    no job      ${one}`);
  return lines;
}

/** What is expected in one line, as far as it says something. */
function expectedText({ automation, state, labels, event, triggeredMs, jobs }: Expectation): string {
  const parts = [automation, state];
  if (labels !== undefined) parts.push(labelsInWords(labels));
  if (event !== undefined) parts.push(event === null ? 'by no event' : `by ${event}`);
  if (triggeredMs !== undefined) parts.push(`at ${durationInWords(triggeredMs)}`);
  if (jobs !== undefined) parts.push(`jobs ${jobsText(jobs)}`);
  return parts.join('  ');
}

function cameText({ firing, triggeredMs, jobs }: Came): string {
  const labels = Object.keys(firing.labels).length > 0 ? [labelsInWords(firing.labels)] : [];
  const cause = firing.event === null ? 'by no event' : `by ${firing.event.event}`;
  return [
    firing.automation,
    stateOf(firing),
    ...labels,
    cause,
    `at ${durationInWords(Math.max(0, triggeredMs))}`,
    `jobs ${jobsText(jobs)}`,
  ].join('  ');
}

/** One document with everything. */
export function jsonReport(reports: readonly FileReport[], totals: Totals): string {
  const files = reports.map(({ file, tests }) => ({ file: file.file, tests: tests.map(testJson) }));
  const { tests, failed, tookMs } = totals;
  return jsonText({ tests, passed: tests - failed, failed, duration_ms: Math.round(tookMs), files }, 2);
}

function testJson(report: TestReport): Record<string, unknown> {
  const { test, tookMs, failures, error, story } = report;
  const { line, column } = test.position;
  return {
    name: test.name,
    line,
    column,
    status: isFailed(report) ? 'failed' : 'passed',
    duration_ms: Math.round(tookMs),
    ...(error !== null && { error }),
    failures: failures.map(({ number, step, missing, unexpected, refused }) => ({
      step: number,
      line: test.positionOf(step.path).line,
      at_ms: step.atMs,
      missing: missing.map(missingJson),
      unexpected: unexpected.map(cameJson),
      refused,
    })),
    story,
  };
}

function missingJson({ expected, nearest, differences }: Missing): Record<string, unknown> {
  return { expected, nearest: nearest && cameJson(nearest), differences };
}

function cameJson({ firing, triggeredMs, jobs }: Came): Record<string, unknown> {
  return {
    automation: firing.automation,
    state: stateOf(firing),
    labels: firing.labels,
    event: firing.event?.event ?? null,
    triggered_ms: triggeredMs,
    jobs: jobs.map(({ queue, name, data }) => ({ queue, name, data: data.data ?? {} })),
  };
}

/** The form that CI servers read. */
export function junitReport(reports: readonly FileReport[], totals: Totals): string {
  const { tests, failed, tookMs } = totals;
  const counts = (all: number, bad: number, ms: number): string =>
    `tests="${all}" failures="${bad}" time="${seconds(ms)}"`;
  const suites = reports.map(({ file, tests: own }) => {
    const took = own.reduce((sum, one) => sum + one.tookMs, 0);
    const cases = own.map((one) => testCase(file.file, one)).join('');
    return `  <testsuite name="${xml(file.file)}" ${counts(own.length, own.filter(isFailed).length, took)}>\n${cases}  </testsuite>\n`;
  });
  const all = `<testsuites name="watchfire test" ${counts(tests, failed, tookMs)}>\n${suites.join('')}</testsuites>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all}`;
}

function testCase(file: string, report: TestReport): string {
  const { test, tookMs } = report;
  const head = `    <testcase classname="${xml(file)}" name="${xml(test.name)}" file="${xml(file)}" line="${test.position.line}" time="${seconds(tookMs)}"`;
  if (!isFailed(report)) return `${head}/>\n`;
  const [, ...lines] = failureLines(report);
  const message = xml(
    lines
      .slice(0, 3)
      .map((line) => line.trim())
      .join(' '),
  );
  return `${head}>\n      <failure message="${message}">${lines.map(xml).join('\n')}</failure>\n    </testcase>\n`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

function xml(text: string): string {
  const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  // XML knows no control characters, and neither lone surrogates nor the two that are no characters.
  return plain(text)
    .toWellFormed()
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (one) => named[one] ?? one);
}

/** `1 test`, `2 tests`. */
export function countOf(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
