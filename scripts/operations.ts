/**
 * Writes the tables of docs/operations.md that follow from the code, between their marks. `sh scripts/node.sh scripts/operations.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { defaultOf } from '../src/cli/setting-defaults.ts';
import { purposeOf, SETTING_NAMES } from '../src/cli/setting-list.ts';
import { type Family, OF_NAMESPACE, OF_PROCESS } from '../src/http/families.ts';

const PAGE = path.join(import.meta.dirname, '..', 'docs', 'operations.md');

const TABLES: Readonly<Record<string, () => string>> = {
  'of a process': () => metrics(OF_PROCESS),
  'of the namespace': () => metrics(OF_NAMESPACE),
  settings: () =>
    table(
      ['Setting', 'Default', 'What it is for'],
      SETTING_NAMES.map((name) => [`\`${name}\``, String(defaultOf(name) ?? ''), purposeOf(name)]),
    ),
};

/** The page with its tables as they are to be. */
export function withTables(page: string): string {
  return page.replace(
    /(<!-- table: ([\w ]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${TABLES[name]?.() ?? ''}\n${end}`,
  );
}

function metrics(families: Readonly<Record<string, Family>>): string {
  const rows = Object.values(families).map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return table(['Metric', 'Type', 'Labels', 'What it says'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |\n`;
  return [head, widths.map((width) => '-'.repeat(width)), ...rows].map(line).join('');
}

if (import.meta.main) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
