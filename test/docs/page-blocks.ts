import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../house/tree.ts';

/** A block of a page, without its ticks and without what all of its lines are indented by. */
export type Block = Readonly<{
  page: string;
  /** Where it begins, counted from 1. */
  line: number;
  /** What stands behind its first three ticks. */
  kind: string;
  /** The heading above it, without its marks. */
  heading: string;
  /** Its first line that says something. */
  first: string;
  text: string;
}>;

/** README and the pages of docs, from the project's folder. */
export const pages: readonly string[] = [
  'README.md',
  ...readdirSync(path.join(root, 'docs')).map((file) => `docs/${file}`),
].filter((file) => file.endsWith('.md'));

/** All blocks of a page, in their order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm)].map(
    ({ index, 1: margin = '', 2: kind = '', 3: body = '' }) => {
      const block = body.replace(new RegExp(`^${margin}`, 'gm'), '');
      const [first = ''] = block.trim().split('\n');
      const before = text.slice(0, index);
      const heading = [...before.replace(/^( *)```[\s\S]*?^\1```$/gm, '').matchAll(/^#+ (.*)$/gm)].at(-1)?.[1] ?? '';
      return { page, line: before.split('\n').length, kind, heading, first, text: block };
    },
  );
}

/** Whether a block begins with this text, which may be more than a line. */
export const begins = ({ text }: Block, beginning: string): boolean => text.trimStart().startsWith(beginning);
