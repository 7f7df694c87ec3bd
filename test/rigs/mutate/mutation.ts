import { globSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * What `X.mutants.ts` exports: rules, or protections, broken on purpose so that `X.test.ts` beside it must notice. By file and by what is
 * broken: what stands there exactly once, and what stands there instead. Rules are named by their numbers and rows in docs/rules.md.
 */
export type Mutants = Readonly<Record<string, Readonly<Record<string, readonly [find: string, replace: string]>>>>;

/** The two kinds: what docs/rules.md demands, and what keeps the engine going when something fails. */
export const GROUPS = ['rules', 'protections'] as const;
export type Group = (typeof GROUPS)[number];

/** One of them. `test`: the file that is asked first, the most likely to notice. */
export type Mutation = Readonly<{
  group: Group;
  rule: string;
  file: string;
  find: string;
  replace: string;
  test: string;
}>;

const ENDING = '.mutants.ts';

/** All mutations of the project, the rules first. */
export async function mutationsIn(project: string): Promise<Mutation[]> {
  const files = globSync(`test/**/*${ENDING}`, { cwd: project }).sort();
  const found: Mutation[] = [];
  for (const file of files) {
    const test = `${file.slice(0, -ENDING.length)}.test.ts`;
    const lists = (await import(pathToFileURL(path.join(project, file)).href)) as Partial<Record<Group, Mutants>>;
    for (const group of GROUPS) found.push(...mutationsOf(group, lists[group] ?? {}, test));
  }
  return GROUPS.flatMap((group) => found.filter((one) => one.group === group));
}

function mutationsOf(group: Group, mutants: Mutants, test: string): Mutation[] {
  return Object.entries(mutants).flatMap(([file, rows]) =>
    Object.entries(rows).map(([rule, [find, replace]]) => ({ group, rule, file, find, replace, test })),
  );
}

/** The file with the mutation in it. A function, since `$` in a replacement has a meaning. */
export function broken(text: string, { find, replace }: Mutation): string {
  return text.replace(find, () => replace);
}
