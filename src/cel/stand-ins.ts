/*
 * CEL writes some things that the library does not read: raw texts that end with a backslash, raw bytes, numbers that begin with a
 * point, and fields in backquotes. In what the library gets, a name of the same length stands in for each, so that its positions are
 * those of the text.
 */

/** The text for the library, what its names stand for as values, and what they stand for as fields. */
export type StoodIn = Readonly<{
  text: string;
  values: ReadonlyMap<string, string | number | Uint8Array>;
  fields: ReadonlyMap<string, string>;
}>;

const TOKENS = new RegExp(
  [
    '//[^\\n]*',
    `(?<bytes>[bB]?)[rR](?:"""(?<a>[^]*?)"""|'''(?<b>[^]*?)'''|"(?<c>[^"\\r\\n]*)"|'(?<d>[^'\\r\\n]*)')`,
    `[bB]?(?:"""(?:\\\\[^]|[^\\\\])*?"""|'''(?:\\\\[^]|[^\\\\])*?'''|"(?:\\\\.|[^"\\\\\\n])*"|'(?:\\\\.|[^'\\\\\\n])*')`,
    '(?<=\\.\\s*)`(?<field>[A-Za-z0-9_.\\-/ ]+)`',
    '(?<![.\\w)\\]}"\'`])(?<fraction>\\.\\d+(?:[eE][+-]?\\d+)?)',
    '\\w+(?:(?<=\\d)\\.\\d+(?:[eE][+-]?\\d+)?)?',
  ].join('|'),
  'g',
);

/** Whether there may be something to stand in for: hardly any condition has it. */
const POSSIBLE = /[rR]["']|`|(?<!\d)\.\d/;

const NONE: ReadonlyMap<string, string> = new Map();

/** Puts the names in. */
export function withStandIns(text: string): StoodIn {
  if (!POSSIBLE.test(text)) return { text, values: NONE, fields: NONE };
  const values = new Map<string, string | number | Uint8Array>();
  const fields = new Map<string, string>();
  const rewritten = text.replace(TOKENS, (token, ...rest) => {
    const found = rest.at(-1) as Partial<Record<'bytes' | 'a' | 'b' | 'c' | 'd' | 'field' | 'fraction', string>>;
    const raw = found.a ?? found.b ?? found.c ?? found.d;
    if (raw === undefined && found.field === undefined && found.fraction === undefined) return token;
    const name = unusedName(text, token.length, (used) => values.has(used) || fields.has(used));
    if (name === undefined) return token;
    if (found.field !== undefined) fields.set(name, found.field);
    else if (raw === undefined) values.set(name, Number(found.fraction));
    else values.set(name, found.bytes === '' ? raw : new TextEncoder().encode(raw));
    return name;
  });
  return { text: rewritten, values, fields };
}

/** A name of that length that the text does not have; undefined where there is none, as for the 37th of two characters. */
function unusedName(text: string, length: number, isUsed: (name: string) => boolean): string | undefined {
  for (let number = 0; number < text.length + 36; number += 1) {
    const name = `_${number.toString(36)}`.padEnd(length, '_');
    if (name.length > length) return undefined;
    if (!isUsed(name) && !text.includes(name)) return name;
  }
  return undefined;
}
