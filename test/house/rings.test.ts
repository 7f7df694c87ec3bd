import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceFiles } from './tree.ts';

/** What a file imports: a module's name, or the path of a file relative to the project; `types` when nothing is left at run time. */
type Import = { file: string; target: string; types: boolean };

const STATEMENT = /^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm;

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(STATEMENT)].map(([, type, from, bare, dynamic]) => {
    const name = from ?? bare ?? dynamic ?? '';
    const target = name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name;
    return { file, target, types: type !== undefined };
  });
}

const imports = sourceFiles(['src'], '.ts').flatMap(({ file, text }) => importsOf(file, text));

function of(module: string): (one: Import) => boolean {
  return ({ target }) => target === module || target.startsWith(`${module}/`);
}

function shown(found: Import[]): string[] {
  return found.map(({ file, target }) => `${file} imports ${target}`);
}

/** From the inside out. A room imports from the rings before its own only, so one event's way reads forward. */
const RINGS: readonly (readonly string[])[] = [
  ['errors.ts', 'clock.ts', 'version.ts', 'documents', 'cel', 'template', 'measure'],
  ['model', 'config.ts', 'loop.ts'],
  ['match'],
  ['redis', 'embedded', 'findings'],
  ['apply', 'relay', 'producer', 'inspect'],
  ['services', 'doctor', 'migrate', 'repartition', 'why', 'replay', 'erase'],
  ['http'],
  ['reactions'],
  ['sources'],
  ['simulation', 'engine.ts'],
  ['session.ts', 'index.ts', 'console'],
  ['cli'],
  ['testing.ts'],
];

/** The folder in src that a file stands in, or its own name where it stands in none. */
function roomOf(file: string): string {
  return file.split('/')[1] ?? file;
}

function ringOf(room: string): number {
  return RINGS.findIndex((ring) => ring.includes(room));
}

describe('the rings of the source', () => {
  test('are read from the imports', () => {
    const text = [
      "import { a } from 'ioredis';",
      "import type { B } from '../redis/keys.ts';",
      'import {\n  c,\n  d,\n} from "./x.ts";'.replaceAll('"', "'"),
      "import './bare.ts';",
      "export { e } from './e.ts';",
      "const f = await import('bullmq');",
    ].join('\n');
    expect(importsOf('src/model/event.ts', text).map(({ target, types }) => [target, types])).toEqual([
      ['ioredis', false],
      ['src/redis/keys.ts', true],
      ['src/model/x.ts', false],
      ['src/model/bare.ts', false],
      ['src/model/e.ts', false],
      ['bullmq', false],
    ]);
    expect(imports.length).toBeGreaterThan(0);
  });

  test('every folder and file of src stands in a ring', () => {
    const rooms = new Set(sourceFiles(['src'], '.ts').map(({ file }) => roomOf(file)));
    expect([...rooms].sort()).toEqual([...RINGS.flat()].sort());
  });

  test('no import leads from an inner ring to an outer one, nor to a neighbour in the same ring', () => {
    const found = imports.filter(({ file, target }) => {
      if (!target.startsWith('src/')) return false;
      const [from, to] = [roomOf(file), roomOf(target)];
      return from !== to && ringOf(to) >= ringOf(from);
    });
    expect(shown(found)).toEqual([]);
  });

  test('the rules know nothing of Redis, of jobs and of logs', () => {
    const outer = ['ioredis', 'bullmq', 'pino'];
    const found = imports
      .filter(({ file }) => ['cel', 'model', 'match', 'findings'].includes(roomOf(file)))
      .filter((one) => outer.some((o) => of(o)(one)));
    expect(shown(found)).toEqual([]);
  });

  test('only src/redis calls ioredis', () => {
    const found = imports.filter(of('ioredis')).filter(({ file, types }) => !types && !file.startsWith('src/redis/'));
    expect(shown(found)).toEqual([]);
  });

  test('the command line asks the engine, and takes from src/redis and src/inspect types alone', () => {
    const found = imports
      .filter(({ file, types }) => roomOf(file) === 'cli' && !types)
      .filter(({ target }) => ['redis', 'inspect'].includes(roomOf(target)));
    expect(shown(found)).toEqual([]);
    const reaching = sourceFiles(['src/cli'], '.ts').filter(({ text }) =>
      /\bconnections\b|\.store\b|\bstore \}/.test(text),
    );
    expect(reaching.map(({ file }) => file)).toEqual([]);
  });

  test('only src/relay knows BullMQ', () => {
    const found = imports.filter(of('bullmq')).filter(({ file }) => !file.startsWith('src/relay/'));
    expect(shown(found)).toEqual([]);
  });

  test('src imports nothing from outside of it', () => {
    const found = imports.filter(({ target }) => /^(test|bench|examples|scripts|\.\.)\//.test(target));
    expect(shown(found)).toEqual([]);
  });
});
