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

const within = (folder: string) => of(folder);

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

  test.each(['src/model', 'src/match', 'src/definitions'])('%s knows nothing of Redis and of jobs', (ring) => {
    const outer = ['ioredis', 'bullmq', 'pino', 'src/redis', 'src/services', 'src/actions', 'src/cli', 'src/engine.ts'];
    const found = imports
      .filter(({ file }) => file.startsWith(`${ring}/`))
      .filter((one) => outer.some((o) => of(o)(one)));
    expect(shown(found)).toEqual([]);
  });

  test('only src/redis calls ioredis', () => {
    const found = imports.filter(of('ioredis')).filter(({ file, types }) => !types && !file.startsWith('src/redis/'));
    expect(shown(found)).toEqual([]);
  });

  test('only src/actions knows BullMQ', () => {
    const found = imports.filter(of('bullmq')).filter(({ file }) => !file.startsWith('src/actions/'));
    expect(shown(found)).toEqual([]);
  });

  test('nothing but the command line imports the command line', () => {
    const found = imports.filter(within('src/cli')).filter(({ file }) => !file.startsWith('src/cli/'));
    expect(shown(found)).toEqual([]);
  });

  test('src imports nothing from outside of it', () => {
    const found = imports.filter(({ target }) => /^(test|bench|examples|scripts|\.\.)\//.test(target));
    expect(shown(found)).toEqual([]);
  });
});
