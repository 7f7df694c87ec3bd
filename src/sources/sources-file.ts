import { InvalidDocument } from '../errors.ts';
import { each, joinPath } from '../model/issue.ts';
import { parseSources, type SourceSpec } from '../model/source.ts';
import { FILE_LIMIT, parsedFile, References } from '../reactions/references.ts';
import { WatchedFile, type WatchedFileParts } from '../reactions/watched-file.ts';
import { isAddress } from '../redis/address.ts';

/** Keys of a source whose texts may be references, and which are shown nowhere. */
const SECRET_KEYS = ['redis', 'secret', 'token'] as const;

/** What a sources file says, with its references resolved. */
export type SourcesFile = Readonly<{ specs: readonly SourceSpec[]; files: readonly string[] }>;

const NO_SOURCES: SourcesFile = Object.freeze({ specs: [], files: [] });

/**
 * Reads a sources file. Errors never show what may be secret.
 * @throws InvalidDocument with all that is wrong
 */
export function readSources(file: string, env: Readonly<NodeJS.ProcessEnv>): SourcesFile {
  const references = new References(file, env);
  const document = parsedFile(references.read(file, 'sources file', FILE_LIMIT), 'sources file');
  const specs = each(parseSources(document), (spec, i) => resolved(spec, references, joinPath('sources', i)));
  return { specs, files: references.files };
}

function resolved(spec: SourceSpec, references: References, path: string): SourceSpec {
  const given = spec as Readonly<Record<string, unknown>>;
  const keys = SECRET_KEYS.filter((key) => given[key] !== undefined);
  const found = each(keys, (key) => [key, references.resolve(given[key], joinPath(path, key))] as const);
  const whole = { ...spec, ...Object.fromEntries(found) } as SourceSpec;
  const { redis } = whole as { redis?: string };
  if (redis !== undefined && !isAddress(redis))
    throw new InvalidDocument(
      joinPath(path, 'redis'),
      'must be a URL of redis: or rediss:, of a cluster or of sentinels',
    );
  return whole;
}

/** A source as all may see it: without what is secret. */
export function publicSpec(spec: SourceSpec): Record<string, unknown> {
  const hidden: ReadonlySet<string> = new Set(SECRET_KEYS);
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !hidden.has(key)));
}

/** `check` throws InvalidDocument for sources that may not be used here. */
export type WatchedSourcesParts = Pick<WatchedFileParts<SourcesFile>, 'file' | 'env' | 'logger'> &
  Readonly<{ check?: (specs: readonly SourceSpec[]) => void }>;

/** The sources as they stand in the file now. */
export class WatchedSources extends WatchedFile<SourcesFile> {
  /** @throws InvalidDocument when the file is wrong at the start */
  constructor({ check, ...parts }: WatchedSourcesParts) {
    const read: WatchedFileParts<SourcesFile>['read'] = (...given) => {
      const found = readSources(...given);
      check?.(found.specs);
      return found;
    };
    super({ ...parts, none: NO_SOURCES, read, size: ({ specs }) => specs.length, what: 'sources' });
  }
}
