import { readFileSync } from 'node:fs';
import { dashed } from './dashed.ts';
import { Misuse } from './verb.ts';

type Options = Readonly<Record<string, unknown>>;

/** Where an option was said: the variable or the place in a file, or the option itself. */
export function sayerOf(options: Options, attribute: string): string {
  const by = (options.configuredBy as Readonly<Record<string, string>> | undefined)?.[attribute];
  return by ?? `--${dashed(attribute)}`;
}

/** A secret: as it was given, or what stands in the file that was named. @throws Misuse */
export function secretOf(options: Options, attribute: string): string | null {
  const given = options[attribute];
  if (given !== undefined) return String(given);
  const file = options[`${attribute}File`];
  return file === undefined ? null : contentOf(options, `${attribute}File`).replace(/\r?\n$/, '');
}

/** What a rediss: server is shown, and checked by: PEM texts. @throws Misuse */
export function tlsOf(options: Options): { ca?: string; cert?: string; key?: string } | null {
  const parts = [
    ['ca', 'tlsCa'],
    ['cert', 'tlsCert'],
    ['key', 'tlsKey'],
  ] as const;
  const given = parts.filter(([, attribute]) => options[attribute] !== undefined);
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined)) {
    const [named, missing] = options.tlsCert === undefined ? ['tlsKey', '--tls-cert'] : ['tlsCert', '--tls-key'];
    throw new Misuse(`${sayerOf(options, named)}: goes with ${missing}`);
  }
  if (given.length === 0) return null;
  return Object.fromEntries(given.map(([name, attribute]) => [name, contentOf(options, attribute)]));
}

function contentOf(options: Options, attribute: string): string {
  const file = String(options[attribute]);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Misuse(`${sayerOf(options, attribute)}: cannot read ${file}: ${(error as Error).message}`);
  }
}
