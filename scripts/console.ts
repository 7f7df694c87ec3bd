import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROUTES } from '../src/console/console.ts';

/* Writes the table of what the console's API answers into docs/console.md. */

const BEGIN = '<!-- routes: written by scripts/console.ts -->';
const END = '<!-- end of routes -->';

/** A page with the table as it is written now. */
export function withRoutes(page: string): string {
  const rows = ROUTES.map(({ method, path: at, changes, summary }) => [
    `\`${method} ${at}\``,
    changes ? 'changes' : '',
    summary,
  ]);
  const widths = [0, 1, 2].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0), 3));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  const table = [line(['', '', '']), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rows.map(line)];
  const [before = '', rest = ''] = page.split(BEGIN);
  return `${before}${BEGIN}\n\n${table.join('\n')}\n\n${END}${rest.split(END)[1] ?? ''}`;
}

if (import.meta.main) {
  const file = path.join(import.meta.dirname, '..', 'docs', 'console.md');
  writeFileSync(file, withRoutes(readFileSync(file, 'utf8')));
}
