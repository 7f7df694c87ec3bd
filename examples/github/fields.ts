/** A JSON object whose fields nobody has vouched for: GitHub leaves fields out, and adds new ones. */
export type Part = Readonly<Record<string, unknown>>;

/** Label names with their values, as events carry them. */
export type Labels = Record<string, string>;

/** The object at a path, or undefined when there is none. */
export function part(value: unknown, ...path: string[]): Part | undefined {
  let found = value;
  for (const name of path) found = isPart(found) ? found[name] : undefined;
  return isPart(found) ? found : undefined;
}

/** The text, number or boolean at a path as text; undefined when there is none, or only an empty text. */
export function text(value: unknown, ...path: string[]): string | undefined {
  const name = path.at(-1);
  const found = name === undefined ? value : part(value, ...path.slice(0, -1))?.[name];
  if (typeof found === 'number' || typeof found === 'boolean') return String(found);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** The labels that have a value: an absent label is one that no pattern matches, which is what "unknown" should mean. */
export function labels(values: Readonly<Record<string, string | undefined>>): Labels {
  const known = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(known);
}

function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
