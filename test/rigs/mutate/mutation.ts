/**
 * One rule, or one protection, broken on purpose; `find` stands exactly once in `file`. `tests`: files or folders that are asked
 * first, the most likely to notice.
 */
export type Mutation = Readonly<{
  rule: string;
  file: string;
  find: string;
  replace: string;
  tests: readonly string[];
}>;

type Row = readonly [rule: string, find: string, replace: string];

export function mutationsOf(file: string, tests: readonly string[], rows: readonly Row[]): Mutation[] {
  return rows.map(([rule, find, replace]) => ({ rule, file, find, replace, tests }));
}

/** The file with the mutation in it. A function, since `$` in a replacement has a meaning. */
export function broken(text: string, { find, replace }: Mutation): string {
  return text.replace(find, () => replace);
}
