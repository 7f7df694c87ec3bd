import { caretLines, type Problem } from '../position.ts';
import { plain } from './output.ts';

/** A problem and how bad it is. */
export type Graded = Problem & Readonly<{ severity: 'error' | 'warning' | 'note' }>;

/** How far the line of the file stands to the right. */
const INDENT = '  ';

/** For people: `error: orders.yaml:12:11: trigger.within: …`, the line, and a mark below it. */
export function gradedLines({ severity, position, place, reason }: Graded): string[] {
  const among = position.at.slice(`${position.file}:${position.line}`.length);
  const where = `${position.file}:${position.line}:${position.column}${among}`;
  return [
    plain(`${severity}: ${where}: ${place}: ${reason}`),
    ...caretLines(position).map((line) => `${INDENT}${line}`),
  ];
}

/** For programs. */
export function gradedJson({ severity, position, place, reason }: Graded): Record<string, unknown> {
  const { file, line, column, width } = position;
  return { file, line, column, end_column: column + width, severity, path: place, message: reason };
}

/** A command of a GitHub workflow, which shows it beside the line of the file. */
export function githubLine({ severity, position, place, reason }: Graded): string {
  const { file, line, column, width } = position;
  const about = Object.entries({ file, line, col: column, endColumn: column + width, title: place });
  const properties = about.map(([name, value]) => `${name}=${inProperty(plain(String(value)))}`).join(',');
  return `::${severity === 'note' ? 'notice' : severity} ${properties}::${inMessage(plain(`${place}: ${reason}`))}`;
}

function inMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function inProperty(text: string): string {
  return inMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

export function severityCount(all: readonly Graded[]): { errors: number; warnings: number } {
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: all.filter(({ severity }) => severity === 'warning').length };
}
