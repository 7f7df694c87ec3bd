import type { z } from 'zod';
import { InvalidDocument } from '../errors.ts';
import { checkClosed, each, joinPath } from '../model/issue.ts';
import { BLOCK } from '../model/prefect-actions.ts';
import { isRecord } from '../model/record.ts';
import { FILE_LIMIT, parsedFile, References, resolvedBy } from './references.ts';
import {
  KINDS,
  type LinkSettings,
  linkSettings,
  linksDocument,
  type MessageTarget,
  secretsOf,
  type TargetKind,
} from './target.ts';

/** What stands in a targets file. */
const KEYS: readonly string[] = ['targets', 'blocks', 'links'];

/** Shortest text that is taken out of errors: shorter ones stand everywhere by chance. */
const SHORTEST_SECRET = 4;

/** Shortest part of a URL's path or query that is no name but a key. */
const LONG_PART = 12;

/** A token of a link, whichever it is: what a receiver repeats of a message must not stay anywhere. */
const TOKEN = /(?<![\w-])[\w-]{20,600}\.[\w-]{43}(?![\w-])/g;

/** What the targets file says, with its references resolved. */
export class Targets {
  readonly #byName: ReadonlyMap<string, MessageTarget>;
  readonly #blocks: ReadonlyMap<string, string>;
  readonly #secrets: readonly string[];
  /** The files that it was made of, the targets file first. */
  readonly files: readonly string[];
  /** How links in messages are made; null: there are none. */
  readonly links: LinkSettings | null;

  constructor({ byName, blocks, links }: FileContent, resolved: Resolved) {
    this.#byName = byName;
    this.#blocks = blocks;
    this.links = links;
    this.files = resolved.files;
    const own = [...byName.values()].flatMap(secretsOf);
    const secrets = [...resolved.values, ...own, ...(links ? [links.secret] : [])].flatMap(formsOf);
    // The longest first: one may be part of another.
    this.#secrets = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  }

  /** Names with their kinds, in the order of the file. */
  kinds(): (readonly [name: string, kind: TargetKind])[] {
    return [...this.#byName].map(([name, { kind }]) => [name, kind]);
  }

  /** The target of that name, or of a block of Prefect (`block:<id>`); null when there is none. */
  find(name: string): MessageTarget | null {
    return this.#byName.get(this.nameOf(name)) ?? null;
  }

  /** The name in the file: of a block of Prefect that of its target; a block that has none stays as it is. */
  nameOf(name: string): string {
    return (name.startsWith(BLOCK) ? this.#blocks.get(name.slice(BLOCK.length)) : undefined) ?? name;
  }

  /** A text without what nobody may see. */
  redacted(text: string): string {
    const left = this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
    return this.links === null ? left : left.replaceAll(TOKEN, '…');
  }
}

/** No targets at all. */
export const NO_TARGETS = new Targets({ byName: new Map(), blocks: new Map(), links: null }, { files: [], values: [] });

type FileContent = Readonly<{
  byName: ReadonlyMap<string, MessageTarget>;
  /** Names of targets by ids of blocks of Prefect */
  blocks: ReadonlyMap<string, string>;
  links: LinkSettings | null;
}>;

/** What references stood for, and the files that they named. */
type Resolved = Readonly<{ files: readonly string[]; values: readonly string[] }>;

/**
 * Reads a targets file. Errors name the place and never a value.
 * @throws InvalidDocument
 */
export function readTargets(file: string, env: Readonly<NodeJS.ProcessEnv>): Targets {
  const references = new References(file, env);
  const document = resolvedBy(
    references,
    parsedFile(references.read(file, 'targets file', FILE_LIMIT), 'targets file'),
  );
  if (!isRecord(document)) throw new InvalidDocument('targets file', 'must be an object with "targets"');
  for (const key of Object.keys(document)) {
    if (!KEYS.includes(key)) throw new InvalidDocument(key, 'unknown key');
  }
  const { targets = {}, blocks = {} } = document;
  if (!isRecord(targets)) throw new InvalidDocument('targets', 'must be an object');
  if (!isRecord(blocks)) throw new InvalidDocument('blocks', 'must be an object');
  const byName = new Map(
    each(Object.entries(targets), ([name, one]) => [name, targetAt(one, joinPath('targets', name))]),
  );
  const known = each(Object.entries(blocks), ([id, name]): [string, string] => {
    if (typeof name === 'string' && byName.has(name)) return [id, name];
    throw new InvalidDocument(joinPath('blocks', id), 'must be the name of a target');
  });
  const links = document.links === undefined ? null : linkSettings(checkedAt(linksDocument, document.links, 'links'));
  for (const [name, target] of links === null ? byName : []) {
    if (target.links === true)
      throw new InvalidDocument(joinPath(joinPath('targets', name), 'links'), 'needs "links" of the file');
  }
  return new Targets({ byName, blocks: new Map(known), links }, references);
}

function targetAt(value: unknown, at: string): MessageTarget {
  if (!isRecord(value)) throw new InvalidDocument(at, 'must be an object');
  const { kind } = value;
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
    throw new InvalidDocument(joinPath(at, 'kind'), `must be one of ${Object.keys(KINDS).join(', ')}`);
  }
  return checkedAt(KINDS[kind as TargetKind] as z.ZodType<MessageTarget>, value, at);
}

function checkedAt<T>(schema: z.ZodType<T>, value: unknown, at: string): T {
  if (!isRecord(value)) throw new InvalidDocument(at, 'must be an object');
  try {
    return checkClosed(schema as never, value, at) as T;
  } catch (error) {
    // As it is found it would quote the beginning of what stands there.
    if (error instanceof InvalidDocument) throw withoutValues(error);
    throw error;
  }
}

function withoutValues({ problems }: InvalidDocument): InvalidDocument {
  const bare = problems.map(({ path: at, reason }) => new InvalidDocument(at, reason));
  return InvalidDocument.first(bare as [InvalidDocument, ...InvalidDocument[]]);
}

/** A secret as it may stand in errors: as it is, encoded, and the parts that are secret by themselves. */
function formsOf(secret: string): string[] {
  const forms = [secret, ...partsOf(secret)];
  return forms
    .flatMap((form) => [form, encodeURIComponent(form), JSON.stringify(form).slice(1, -1)])
    .filter((form) => form.length >= SHORTEST_SECRET);
}

/** What a receiver may repeat of a secret: the token behind `Bearer`, what `Basic` stands for, and parts of a URL. */
function partsOf(secret: string): string[] {
  const [, scheme = '', credentials = ''] = /^(\w+) +(\S+)$/.exec(secret) ?? [];
  const login = scheme.toLowerCase() === 'basic' ? Buffer.from(credentials, 'base64').toString('utf8') : '';
  const parts = [credentials, login, login.slice(login.indexOf(':') + 1)];
  const url = URL.parse(secret);
  if (url === null) return parts;
  const words = [...url.pathname.split('/'), ...url.searchParams.values()].filter((word) => word.length >= LONG_PART);
  const path = url.pathname.length > 8 ? url.pathname : '';
  return [...parts, url.password, decoded(url.password), path, url.search.slice(1), ...words];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
