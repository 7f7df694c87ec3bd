import { execFile } from 'node:child_process';
import { access, constants, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { root } from '../house/tree.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { environment, installedProject, type Project } from './installed.ts';
import {
  application,
  CONSUMER,
  compileIn,
  DRAFTS,
  type Loading,
  REQUIRED,
  REQUIRING,
  runIn,
  TAKEN,
  TESTING,
} from './programs.ts';
import { runnerSays, withExamples } from './runners.ts';

const run = promisify(execFile);

let project: Project;

beforeAll(async () => {
  project = await installedProject();
});

afterAll(() => project?.remove());

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

describe('the package', () => {
  test('holds what runs, and neither sources nor tests', async () => {
    const files = await filesIn(path.join(project.dir, 'node_modules', 'watchfire'));
    const tops = new Set(files.map((file) => file.split(path.sep)[0]));
    expect([...tops].filter((top) => !/^(LICENSE|.*\.md)$/.test(top ?? '')).sort()).toEqual([
      ...['bin', 'dist', 'docs', 'examples', 'lua', 'package.json'],
    ]);
    expect(files.filter((file) => /\.ts$/.test(file) && !/\.d\.ts$/.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('lua'))).toEqual(
      (await filesIn(path.join(root, 'lua'))).map((file) => path.join('lua', file)),
    );
  });

  test('points with main, types and bin at files that are there', async () => {
    const home = path.join(project.dir, 'node_modules', 'watchfire');
    const places = [
      ...Object.values(manifest.exports['.']),
      ...Object.values(manifest.exports['./testing']),
      manifest.exports['./package.json'],
      manifest.bin.watchfire,
    ];
    for (const place of places) await access(path.join(home, place));
  });

  test('holds the pages that its pages lead to', async () => {
    const home = path.join(project.dir, 'node_modules', 'watchfire');
    const pages = (await filesIn(home)).filter(
      (file) => file.endsWith('.md') && !/^(CONTRIBUTING|ARCHITECTURE)/.test(file),
    );
    expect(pages).toContain('README.md');
    const missing: string[] = [];
    for (const page of pages) {
      const text = (await readFile(path.join(home, page), 'utf8')).replace(/^ *```[\s\S]*?^ *```$/gm, '');
      for (const [, file = ''] of text.matchAll(/\]\((?!\w+:)([^)#]+)/g)) {
        const target = path.join(path.dirname(page), file);
        await access(path.join(home, target)).catch(() => missing.push(target));
      }
    }
    // A program that runs from a checkout alone.
    expect([...new Set(missing)].filter((target) => !target.startsWith('examples/github'))).toEqual([]);
  });

  test('is installed by the line of the README, which names its peers', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const peers = Object.keys(manifest.peerDependencies).join(' ');
    expect(readme).toContain(`$ npm install /path/to/${manifest.name}-${manifest.version}.tgz ${peers} `);
    expect(readme).toContain(`\`npm install ${manifest.name} ${peers}\``);
  });

  test('starts its program by the first line, as a system does', async () => {
    const program = path.join(project.dir, 'node_modules', 'watchfire', manifest.bin.watchfire);
    expect(await readFile(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    await access(program, constants.X_OK);
  });
});

describe('a program in plain JavaScript', () => {
  test.each<Loading>(['import', 'require'])(
    'puts an automation, emits, works, and takes the job with its own BullMQ worker, by %s',
    async (loading) => {
      const namespace = freshNamespace({ permanent: [...ENGINE_KEYS, 'bull:*'] });
      // Jobs are taken by another user than the one that runs the engine.
      const env = { REDIS_URL: inject('redisUrl'), JOBS_URL: inject('adminUrl'), NAMESPACE: namespace };
      const told = (await runIn(project.dir, application(loading), env)) as typeof TAKEN & { id: string };
      expect(told).toMatchObject(TAKEN);
      expect(told.data).toMatchObject({ id: told.id, idempotencyKey: told.id });
    },
  );
});

describe('a program in CommonJS', () => {
  test('requires the package, and gets what import gets', async () => {
    const env = { REDIS_URL: inject('redisUrl'), NAMESPACE: freshNamespace({ permanent: ENGINE_KEYS }) };
    expect(await runIn(project.dir, REQUIRING, env)).toEqual({
      id: 'a',
      same: true,
      nowMs: 7,
    });
  });
});

describe('a test of somebody else', () => {
  test('runs an engine in virtual time on a private Redis', async () => {
    expect(await runIn(project.dir, TESTING, {})).toEqual({ firings: 1, jobs: ['remind'] });
  });

  test('is run by node:test and by vitest, as the examples are', async () => {
    await withExamples(project.dir);
    const byNode = await runnerSays(project.dir, '--test', '--test-reporter=tap', 'testing/node/*.test.mjs');
    expect(byNode).toMatch(/^# tests 3\n(.*\n)*# pass 3$/m);
    const byVitest = await runnerSays(project.dir, 'node_modules/vitest/vitest.mjs', 'run', 'testing/vitest');
    expect(byVitest).toMatch(/Tests +3 passed \(3\)/);
  });
});

describe('the program of the package', () => {
  test('reads texts of automations for its console in a thread', async () => {
    expect(await runIn(project.dir, DRAFTS, {})).toEqual(['trigger: is required']);
  });

  test('says on an older Node which one it needs', async () => {
    const disguise = path.join(project.dir, 'disguise.cjs');
    await writeFile(disguise, "Object.defineProperty(process.versions, 'node', { value: '22.11.0' });\n");
    const program = path.join(project.dir, 'node_modules', 'watchfire', manifest.bin.watchfire);
    const failure = await run(process.execPath, ['--require', disguise, program, '--version']).catch((error) => error);
    expect(failure).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'watchfire: needs Node 22.12 or newer, and this is Node 22.11.0\n',
    });
    expect(manifest.engines.node).toBe('>=22.12');
    expect(await readFile(path.join(root, 'README.md'), 'utf8')).toContain(
      'Node 22.12 or newer, `import` or `require`',
    );
  });

  const watchfire = (parameters: string[]) =>
    run(path.join(project.dir, 'node_modules', '.bin', 'watchfire'), parameters, {
      cwd: project.dir,
      env: environment({ REDIS_URL: inject('redisUrl') }),
    });

  test('shows its verbs and its version', async () => {
    const { stdout } = await watchfire(['--help']);
    expect(stdout).toContain('Usage: watchfire <verb>');
    expect((await watchfire(['--version'])).stdout.trim()).toBe(manifest.version);
  });

  test('applies a file and lists what is there', async () => {
    const namespace = freshNamespace({ permanent: ENGINE_KEYS });
    const file = path.join(project.dir, 'orders.yaml');
    await writeFile(
      file,
      'id: a\nname: Orders\ntrigger: { posture: Reactive, expect: [order.failed] }\nactions: [{ type: call }]\n',
    );
    await watchfire(['apply', file, '--namespace', namespace]);
    const { stdout } = await watchfire(['list', '--namespace', namespace, '-o', 'json']);
    expect(JSON.parse(stdout)).toMatchObject([{ id: 'a', name: 'Orders' }]);
    expect(await testClient().hkeys(`{${namespace}}:automations`)).toEqual(['a']);
  });
});

describe('a program in TypeScript', () => {
  test('is checked against the declarations, with those of the dependencies', async () => {
    expect(await compileIn(project.dir, { 'consumer.ts': CONSUMER })).toBe('');
  });

  test('that is CommonJS sees the same types', async () => {
    expect(await compileIn(project.dir, { 'required.cts': REQUIRED })).toBe('');
  });

  test('that stands in a page is right, under --strict', async () => {
    const pages = ['README.md', ...(await filesIn(path.join(root, 'docs'))).map((file) => path.join('docs', file))];
    const samples: Record<string, string> = {};
    for (const page of pages.filter((file) => file.endsWith('.md'))) {
      const text = await readFile(path.join(root, page), 'utf8');
      for (const [n, [, sample = '']] of [...text.matchAll(/^ *```(?:ts|js)\n([\s\S]*?)^ *```$/gm)].entries()) {
        samples[`${path.basename(page, '.md').toLowerCase()}-${n}.ts`] = sample;
      }
    }
    expect(Object.keys(samples)).toContain('readme-0.ts');
    expect(await compileIn(project.dir, samples)).toBe('');
  });
});
