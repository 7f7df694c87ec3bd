import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../house/tree.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { type Check, checks } from '../checks.ts';

/*
 * What pages print below their commands is what the commands print: `npm run proof -- docs`. Times and ids differ from run to run and are
 * masked. test/docs/blocks.test.ts counts the blocks that are not run yet.
 */

/** Where the commands of a story run. */
type Scene = Readonly<{ dir: string; server: PrivateServer; port: number }>;

type Story = Readonly<{
  page: string;
  /** How the commands begin whose blocks are run, in their order. */
  commands: readonly string[];
  /** What has to be there first. @returns what ends it */
  setUp: (scene: Scene) => Promise<() => Promise<void>>;
}>;

const nothing = async (): Promise<void> => undefined;

const STORIES: readonly Story[] = [
  { page: 'docs/webhooks.md', commands: ['curl -i', 'curl -s', 'for i in'], setUp: listening },
  { page: 'docs/scaling.md', commands: ['watchfire init'], setUp: async () => nothing },
  { page: 'docs/sources.md', commands: ['watchfire sources check'], setUp: shop },
  { page: 'docs/testing.md', commands: ['watchfire test tests/*.yaml'], setUp: testFile },
];

/** A worker that takes events by HTTP. */
async function listening({ server, port }: Scene): Promise<() => Promise<void>> {
  const args = [path.join(root, 'src/cli/main.ts'), 'worker', '--http-in', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, args, { env: { ...process.env, REDIS_URL: server.url }, stdio: 'ignore' });
  await eventually('it listens', async () => (await fetch(`http://127.0.0.1:${port}/in/events`)).status === 405);
  return async () => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  };
}

/** The sources file of the page, and the entries that it speaks of. */
async function shop({ dir, server }: Scene): Promise<() => Promise<void>> {
  const page = await readFile(path.join(root, 'docs/sources.md'), 'utf8');
  const [, file = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
  const [only = ''] = file.split(/^ {2}- name: jobs$/m);
  await writeFile(path.join(dir, 'sources.yaml'), only);
  const { redis } = server;
  const at = '2026-11-29T12:03:10Z';
  await redis.xadd('shop:orders', '*', 'status', 'placed', 'customer', '7', 'at', at);
  await redis.xadd('shop:orders', '*', 'status', 'paid', 'at', at);
  await redis.xadd('shop:orders', '*', 'status', 'test', 'customer', '7', 'at', at);
  return nothing;
}

/** The test file of the page, beside the automation that it tests. */
async function testFile({ dir }: Scene): Promise<() => Promise<void>> {
  const page = await readFile(path.join(root, 'docs/testing.md'), 'utf8');
  const [, file = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(page) ?? [];
  await mkdir(path.join(dir, 'tests'));
  await writeFile(path.join(dir, 'tests/payment-overdue.yaml'), file);
  const automation = 'payment-overdue.yaml';
  await copyFile(path.join(root, 'examples/automations', automation), path.join(dir, automation));
  return nothing;
}

/** Of a page: each command of its consoles, and what stands below it. */
function stepsOf(text: string): Readonly<{ command: string; printed: string }>[] {
  const consoles = [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return consoles.flatMap((block) =>
    [...block.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)].map(([, command = '', printed = '']) => ({
      command,
      printed,
    })),
  );
}

/** Without what differs from run to run: ids, times of day, how long it took, and widths of columns. */
function masked(text: string): string {
  return text
    .replace(/\b\w{3}, \d+ \w{3} \d{4}\b/g, 'DAY')
    .replace(/\d+:\d\d:\d\d/g, 'TIME')
    .replace(/in \d+\.\d\d s$/gm, 'in DURATION')
    .replace(/\d{13}-\d+/g, 'ID')
    .replace(/[ \r]+/g, ' ')
    .replace(/ $/gm, '')
    .trim();
}

async function tell({ page, commands, setUp }: Story, check: Check): Promise<void> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-docs-'));
  const server = await PrivateServer.start();
  const scene = { dir, server, port: await freePort() };
  const cli = `watchfire() { "${process.execPath}" "${path.join(root, 'src/cli/main.ts')}" "$@"; }`;
  try {
    const end = await setUp(scene);
    const steps = stepsOf(await readFile(path.join(root, page), 'utf8'));
    for (const beginning of commands) {
      await check(`${page}: $ ${beginning} …`, async () => {
        const step = steps.find(({ command }) => command.startsWith(beginning));
        assert.ok(step, 'the page has no such command');
        const line = `${cli}; ${step.command.replaceAll(':9465', `:${scene.port}`)}`;
        const env = { ...process.env, REDIS_URL: server.url, NO_COLOR: '1' };
        const out = await promisify(execFile)('sh', ['-c', line], { cwd: dir, env }).then(
          ({ stdout }) => stdout,
          // A command may say by its status that something is wrong.
          ({ stdout, stderr }) => `${stdout}${stderr}`,
        );
        assert.equal(masked(out), masked(step.printed));
      });
    }
    await end();
  } finally {
    await server.remove();
    await rm(dir, { recursive: true, force: true });
  }
}

process.exitCode = await checks(async (check) => {
  for (const story of STORIES) await tell(story, check);
});
