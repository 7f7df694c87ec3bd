import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';
import { VERBS } from '../../src/cli/catalogue.ts';
import { World } from '../support/world.ts';
import { run, runIn } from './run.ts';

const shellOf = (name: string): boolean => spawnSync(name, ['-c', 'exit 0']).status === 0;

/** Stands for the command: answers with two ids, and with the words it was called with. */
const STUB = 'watchfire() { printf "%s\\n" failing-customer payment-overdue "asked:$*"; }';

async function scriptOf(shell: string): Promise<string> {
  const { status, out, err } = await run(['completion', shell]);
  expect({ status, err }).toEqual({ status: 0, err: [] });
  return out.join('\n');
}

/** What bash offers at the end of these lines. */
async function offered(lines: readonly string[]): Promise<string[][]> {
  const asked = lines.map(
    (line) => `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _watchfire; echo "\${COMPREPLY[*]}"`,
  );
  const program = [await scriptOf('bash'), STUB, ...asked].join('\n');
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', program], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
}

test.skipIf(!shellOf('bash'))('bash completes verbs, options, their values, and automations', async () => {
  const file = path.join(import.meta.dirname, 'completion.te');
  const cases: [string, string[]][] = [
    ['watchfire st', ['start', 'status']],
    ['watchfire automations ', ['ls', 'apply', 'get', 'enable', 'disable', 'shadow', 'promote', 'delete']],
    ['watchfire --namespace x events ', ['send', 'tail', 'parked']],
    ['watchfire dlq ', ['ls', 'show', 'redrive', 'purge']],
    ['watchfire dlq re', ['redrive']],
    ['watchfire dlq purge --o', ['--older-than', '--output']],
    ['watchfire get fa', ['failing-customer']],
    ['watchfire automations get pay', ['payment-overdue']],
    ['watchfire firings --automation p', ['payment-overdue']],
    ['watchfire quotas --automation ', ['']],
    ['watchfire get -o ', ['yaml', 'json']],
    ['watchfire --ver', ['--verbose', '--version']],
    [`watchfire apply ${file}`, [`${file}st.ts`]],
  ];
  expect(await offered(cases.map(([line]) => line))).toEqual(cases.map(([, words]) => words));
  const [ids] = await offered(['watchfire --redis redis://h:1 --namespace n delete ']);
  expect(ids?.join(' ')).toMatch(/asked:completion names --redis redis:\/\/h:1 --namespace n$/);
});

test.each(['bash', 'zsh', 'fish'])('the script for %s is right, and knows every verb and option', async (shell) => {
  const script = await scriptOf(shell);
  for (const verb of Object.keys(VERBS)) expect(script).toMatch(new RegExp(`\\b${verb}\\b`));
  for (const option of ['older-than', 'wide', 'durability', 'namespace', 'prune']) expect(script).toContain(option);
  if (shellOf(shell))
    expect(spawnSync(shell, ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0 });
});

test('the ids that are offered are those that need no quoting', async () => {
  const world = await World.claimed();
  const trigger = { posture: 'Reactive', expect: ['x'] };
  for (const id of ['b.1', 'a_2', '$(reboot)', 'two words', 'x;y']) await world.put({ id, name: id, trigger });
  const { status, out } = await runIn(world.namespace)(['completion', 'names']);
  expect(status).toBe(0);
  expect(out.sort()).toEqual(['a_2', 'b.1']);
});

test('another shell is a misuse', async () => {
  const err = ['watchfire: completion: must be one of bash, zsh, fish (found "csh")'];
  expect(await run(['completion', 'csh'])).toEqual({ status: 2, out: [], err });
});
