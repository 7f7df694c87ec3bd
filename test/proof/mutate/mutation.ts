/** One rule of the semantics broken on purpose; `find` stands exactly once in `file`. */
export type Mutation = Readonly<{ rule: string; file: string; find: string; replace: string }>;

type Row = readonly [rule: string, find: string, replace: string];

export function mutationsOf(file: string, rows: readonly Row[]): Mutation[] {
  return rows.map(([rule, find, replace]) => ({ rule, file, find, replace }));
}
