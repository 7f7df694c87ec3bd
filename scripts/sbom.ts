/**
 * Prints what the package brings with it, as CycloneDX 1.5, from package-lock.json: `npm run -s sbom > watchfire.cdx.json`. `npm sbom --omit dev` leaves
 * out what tools of development need as well (yaml, luxon), so it cannot be had from there. Peers are those of the program that installs it.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

type Locked = Readonly<{
  version: string;
  integrity?: string;
  license?: string;
  dependencies?: Readonly<Record<string, string>>;
  optionalDependencies?: Readonly<Record<string, string>>;
}>;

type Lock = Readonly<{ name: string; version: string; packages: Readonly<Record<string, Locked>> }>;

/** The folder of a package that another one asks for: the nearest one, outwards from there. */
function folderOf({ packages }: Lock, from: string, name: string): string | null {
  for (let at = from; ; at = at.replace(/(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+$/, '')) {
    const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[folder] !== undefined) return folder;
    if (at === '') return null;
  }
}

/** The folders of what each package asks for, from the root on. */
function graphOf(lock: Lock): Map<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>();
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (graph.has(folder)) continue;
    const { dependencies = {}, optionalDependencies = {} } = lock.packages[folder] as Locked;
    const names = Object.keys({ ...dependencies, ...optionalDependencies });
    const folders = names.flatMap((name) => folderOf(lock, folder, name) ?? []);
    graph.set(folder, folders);
    waiting.push(...folders);
  }
  return graph;
}

const urlOf = (name: string, version: string): string => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`;

/** The bill of materials of a lock file. */
export function billOf(lock: Lock): object {
  const graph = graphOf(lock);
  const component = (folder: string) => {
    const { version, integrity, license } = lock.packages[folder] as Locked;
    const name = folder === '' ? lock.name : folder.replace(/^.*node_modules\//, '');
    const url = urlOf(name, version);
    const [, digest] = /^sha512-(.+)$/.exec(integrity ?? '') ?? [];
    return {
      type: 'library',
      'bom-ref': url,
      name,
      version,
      purl: url,
      ...(digest !== undefined && {
        hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }],
      }),
      ...(license !== undefined && { licenses: [{ expression: license }] }),
    };
  };
  const folders = [...graph.keys()].filter((folder) => folder !== '').sort();
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: component('') },
    components: folders.map(component),
    dependencies: ['', ...folders].map((folder) => ({
      ref: component(folder)['bom-ref'],
      dependsOn: (graph.get(folder) ?? []).map((one) => component(one)['bom-ref']),
    })),
  };
}

if (import.meta.main) {
  const lock = JSON.parse(readFileSync(path.join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')) as Lock;
  process.stdout.write(`${JSON.stringify(billOf(lock), null, 2)}\n`);
}
