/**
 * Writes the tables of docs/reactions.md that follow from schemas, between their marks. `sh scripts/node.sh scripts/reactions.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { templateContext } from '../src/model/template-context.ts';

const PAGE = path.join(import.meta.dirname, '..', 'docs', 'reactions.md');

/** The page with its tables as they are to be. */
export function withTables(page: string): string {
  return page.replace(/(<!-- names -->\n)[\s\S]*?(<!-- end -->)/, (_, begin, end) => `${begin}\n${names()}\n${end}`);
}

/** What templates can name, from the schema. */
function names(): string {
  const rows = Object.entries(templateContext.shape).map(([name, { description }]) => [
    `\`${name}\``,
    description ?? '',
  ]);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const second = Math.max(...rows.map(([, words = '']) => words.length));
  const line = (name: string, words: string): string => `| ${name.padEnd(width)} | ${words.padEnd(second)} |\n`;
  const body = rows.map(([name = '', words = '']) => line(name, words)).join('');
  return `${line('Name', 'What it is')}${line('-'.repeat(width), '-'.repeat(second))}${body}`;
}

if (import.meta.main) writeFileSync(PAGE, withTables(readFileSync(PAGE, 'utf8')));
