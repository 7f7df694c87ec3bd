import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { access, cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import manifest from '../../../package.json' with { type: 'json' };
import lock from '../../../package-lock.json' with { type: 'json' };
import { billOf } from '../../../scripts/sbom.ts';
import { root } from '../../house/tree.ts';
import { packed } from '../../package/installed.ts';
import {
  application,
  CONSUMER,
  compileIn,
  type Loading,
  REQUIRED,
  REQUIRING,
  runIn,
  TAKEN,
} from '../../package/programs.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { type Check, checks, LeftOut } from '../checks.ts';
import { command, install } from './npm.ts';
import { TRACED, TRACED_NEEDS, TRACED_SAYS } from './traced.ts';

/**
 * The package as people get it: packed, and installed by npm with each combination of its peers, judged by the tools that judge packages,
 * and on the Nodes that are too old and just new enough. `npm run proof -- package`.
 */

/** Exact, so that a run next year judges by the same rules. */
const JUDGES = { '@arethetypeswrong/cli': '0.18.5', publint: '0.3.25' };

/** The last long-lived Node on which Watchfire does not run, and the first on which it does. */
const TOO_OLD = '18';
const OLDEST = manifest.engines.node.replace('>=', '');

type Rig = Readonly<{ dir: string; archive: string; server: PrivateServer; check: Check }>;

/** The first version of each range that a peer may be of. */
function oldestOf(peer: keyof typeof manifest.peerDependencies): string[] {
  return manifest.peerDependencies[peer].split(' || ').map((range) => range.replace('^', ''));
}

/** All combinations of the peers. With BullMQ 5 and ioredis 6, BullMQ has an ioredis 5 of its own. */
const COMBINATIONS = oldestOf('bullmq').flatMap((bullmq) =>
  oldestOf('ioredis').map((ioredis) => ({ bullmq, ioredis, folder: `bullmq-${bullmq}-ioredis-${ioredis}` })),
);

async function takesItsJob({ server }: Rig, project: string, loading: Loading, node?: string): Promise<void> {
  const namespace = `${path.basename(project)}-${loading}-${node === undefined ? 'pinned' : 'old'}`;
  const env = { REDIS_URL: server.url, JOBS_URL: server.url, NAMESPACE: namespace.replace(/[^\w-]/g, '-') };
  const told = (await runIn(project, application(loading), env, node)) as typeof TAKEN;
  assert.partialDeepStrictEqual(told, TAKEN);
}

async function checkPeers(rig: Rig): Promise<void> {
  const { dir, archive, check } = rig;
  const types = `@types/node@${manifest.devDependencies['@types/node']}`;
  for (const { bullmq, ioredis, folder } of COMBINATIONS) {
    const project = path.join(dir, folder);
    const name = `bullmq ${bullmq} and ioredis ${ioredis}`;
    await check(`${name}: npm installs it`, () =>
      install(project, [archive, `bullmq@${bullmq}`, `ioredis@${ioredis}`, types]),
    );
    await check(`${name}: no Node comes with it`, () =>
      assert.rejects(access(path.join(project, 'node_modules', '.bin', 'node'))),
    );
    await check(`${name}: a strict program has the right types`, async () =>
      assert.equal(await compileIn(project, { 'consumer.ts': CONSUMER, 'required.cts': REQUIRED }), ''),
    );
    for (const loading of ['import', 'require'] as const)
      await check(`${name}: a program takes its job, by ${loading}`, () => takesItsJob(rig, project, loading));
  }
}

async function checkForm({ dir, archive, check }: Rig): Promise<void> {
  const project = path.join(dir, 'judges');
  const judge = (name: string): string => path.join(project, 'node_modules', '.bin', name);
  await install(
    project,
    Object.entries(JUDGES).map(([name, version]) => `${name}@${version}`),
  );
  // `require` gets the same module as `import`, which that tool takes for a mistake where it does not know the Node.
  await check('are the types wrong: no, with the profile of ES modules', async () => {
    await command(judge('attw'), ['--profile', 'esm-only', '--no-color', archive], project);
  });
  await check('it holds the page of the console', async () => {
    assert.match(await command('tar', ['-tzf', archive], dir), /^package\/dist\/page\/index\.html$/m);
  });
  await check('publint: all good', async () => {
    await command(judge('publint'), ['run', '--strict', archive], project);
  });
}

/** What npm installs beside the peers, and what it says of it, is what the bill of materials says. */
async function checkBill({ dir, archive, check }: Rig): Promise<void> {
  await check(
    `the archive has ${((await stat(archive)).size / 1e6).toFixed(2)} MB; its bill names what npm installs`,
    async () => {
      const project = path.join(dir, 'bill');
      await install(project, [archive, '--omit=peer', '--legacy-peer-deps']);
      const { packages } = JSON.parse(await readFile(path.join(project, 'package-lock.json'), 'utf8')) as typeof lock;
      const names = Object.keys(packages).flatMap((folder) => folder.split('node_modules/').at(-1) || []);
      const { components } = billOf(lock) as { components: { name: string }[] };
      assert.deepEqual(
        [...new Set(components.map(({ name }) => name))].sort(),
        [...new Set(names)].filter((name) => name !== 'watchfire').sort(),
      );
    },
  );
}

async function checkTraces({ dir, archive, server, check }: Rig): Promise<void> {
  await check('the trace of an event goes on in a worker that has bullmq-otel', async () => {
    const project = path.join(dir, 'traced');
    await install(project, [archive, ...TRACED_NEEDS]);
    assert.deepEqual(await runIn(project, TRACED, { REDIS_URL: server.url, NAMESPACE: 'traced' }), TRACED_SAYS);
  });
}

/** @returns the path of a Node of that version, got by npm */
async function nodeOf(dir: string, version: string): Promise<string> {
  const project = path.join(dir, `node-${version}`);
  await install(project, [`node@${version}`]);
  const node = path.join(project, 'node_modules', 'node', 'bin', 'node');
  const found = await command(node, ['--version'], project).catch((error: Error) => {
    throw new LeftOut(`npm brings no Node ${version} that runs here: ${error.message}`);
  });
  assert.match(found, new RegExp(`^v${version.replaceAll('.', '\\.')}\\.`));
  return node;
}

async function checkNodes(rig: Rig): Promise<void> {
  const { dir, check } = rig;
  const project = path.join(dir, COMBINATIONS.at(-1)?.folder ?? '');
  const program = path.join(project, 'node_modules', '.bin', 'watchfire');
  const [tooOld, oldest] = [await nodeOf(dir, TOO_OLD), await nodeOf(dir, OLDEST)];
  await check(`Node ${TOO_OLD}: the command says in one sentence which it needs`, async () => {
    const said = await command(tooOld, [program, '--version'], project).catch(({ message }: Error) => message);
    assert.match(
      said,
      new RegExp(`\nwatchfire: needs Node ${OLDEST} or newer, and this is Node ${TOO_OLD}\\.[.\\d]+\n$`),
    );
    assert.doesNotMatch(said, /SyntaxError/);
  });
  await check(`Node ${OLDEST}: the command runs`, async () =>
    assert.equal(await command(oldest, [program, '--version'], project), `${manifest.version}\n`),
  );
  for (const loading of ['import', 'require'] as const)
    await check(`Node ${OLDEST}: a program takes its job, by ${loading}`, () =>
      takesItsJob(rig, project, loading, oldest),
    );
  await check(`Node ${OLDEST}: require gets what import gets`, async () => {
    const env = { REDIS_URL: rig.server.url, NAMESPACE: 'same' };
    assert.partialDeepStrictEqual(await runIn(project, REQUIRING, env, oldest), { same: true });
  });
}

/** A checkout that only runs Watchfire, set up on the Node that runs this. */
async function checkCheckout({ dir, check }: Rig): Promise<void> {
  const checkout = path.join(dir, 'checkout-that-runs');
  await check('a checkout that only runs it has no tools of tests', async () => {
    for (const part of ['package.json', 'package-lock.json', 'scripts', 'src', 'lua'])
      await cp(path.join(root, part), path.join(checkout, part), { recursive: true });
    await command('sh', ['scripts/node.sh', 'src/cli/main.ts', '--version'], checkout);
    const modules = path.join(checkout, 'node_modules');
    const tools = Object.keys(manifest.devDependencies);
    assert.deepEqual(
      tools.filter((name) => existsSync(path.join(modules, name))),
      [],
    );
  });
}

async function main(): Promise<number> {
  commandLine(usageOf('npm run proof -- package', {}), () => undefined);
  const server = await PrivateServer.start();
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-published-'));
  try {
    const archive = await packed(dir, 'must');
    return await checks(async (check) => {
      const rig = { dir, archive, server, check };
      await checkForm(rig);
      await checkBill(rig);
      await checkTraces(rig);
      await checkPeers(rig);
      await checkNodes(rig);
      await checkCheckout(rig);
    });
  } finally {
    await server.remove();
    await rm(dir, { recursive: true, force: true });
  }
}

process.exitCode = await main();
