import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import manifest from '../../../package.json' with { type: 'json' };
import { root } from '../../house/tree.ts';
import { compileIn } from '../../package/programs.ts';
import { checks } from '../checks.ts';
import { install } from '../package/npm.ts';

/*
 * The manifests of deploy/kubernetes, by the types of Kubernetes: `npm run proof -- deploy`. No cluster runs them. A key that is misspelt
 * or has another type does not compile.
 */

/** Exact, so that a run next year judges by the same types. */
const TYPES = 'kubernetes-models@5.1.0';

type Manifest = Readonly<{ apiVersion: string; kind: string }>;

/** As kubectl reads YAML, by version 1.1: 0440 is octal. */
async function manifests(): Promise<Manifest[]> {
  const text = await readFile(path.join(root, 'deploy/kubernetes/watchfire.yaml'), 'utf8');
  return parseAllDocuments(text, { version: '1.1' }).map((document) => document.toJS() as Manifest);
}

/** A program that compiles where each of them has the type of its kind. */
function programOf(found: readonly Manifest[]): string {
  const constants = found.map(({ apiVersion, kind, ...rest }, i) => {
    const document = JSON.stringify({ apiVersion, kind, ...rest });
    return `import type { I${kind} as T${i} } from 'kubernetes-models/${apiVersion}/${kind}';\nexport const d${i}: T${i} = ${document};`;
  });
  return `${constants.join('\n')}\n`;
}

const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-deploy-'));
try {
  process.exitCode = await checks(async (check) => {
    await install(dir, [TYPES, `@types/node@${manifest.devDependencies['@types/node']}`]);
    const found = await manifests();
    await check(`${found.map(({ kind }) => kind).join(', ')} have the types of Kubernetes`, async () => {
      assert.ok(found.length >= 3);
      assert.equal(await compileIn(dir, { 'manifests.ts': programOf(found) }), '');
    });
    await check('a misspelt key is noticed', async () => {
      const text = programOf(found).replace('"readinessProbe"', '"readynessProbe"');
      assert.match(await compileIn(dir, { 'manifests.ts': text }), /readynessProbe/);
    });
    await check('the image is that of this version', async () => {
      assert.match(programOf(found), new RegExp(`/watchfire:${manifest.version.replaceAll('.', '\\.')}"`));
    });
  });
} finally {
  await rm(dir, { recursive: true, force: true });
}
