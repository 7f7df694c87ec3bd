import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../house/tree.ts';

const page = readFileSync(path.join(root, 'docs/check.md'), 'utf8');
const blocks = (kind: string): string[] =>
  [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, found, text = '']) => (found === kind ? [text] : []));

/** A repository whose hook is the one of the page, and where npx runs this checkout. */
function repository(): { dir: string; commit: () => { status: number | null; said: string } } {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchfire-hook-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const git = (...words: string[]): void => void execFileSync('git', words, { cwd: dir, stdio: 'pipe' });
  git('init', '-q');
  for (const [name, value] of Object.entries({ 'user.name': 'n', 'user.email': 'e@x', 'commit.gpgsign': 'false' }))
    git('config', name, value);
  mkdirSync(path.join(dir, 'automations'));
  mkdirSync(path.join(dir, 'bin'));
  const cli = `shift 2; exec '${process.execPath}' '${path.join(root, 'src/cli/main.ts')}' "$@"`;
  for (const [file, text] of [
    ['bin/npx', `#!/bin/sh\n${cli}\n`],
    ['.git/hooks/pre-commit', blocks('sh')[0] ?? ''],
  ] as const) {
    writeFileSync(path.join(dir, file), text);
    chmodSync(path.join(dir, file), 0o755);
  }
  const env = { ...process.env, PATH: `${path.join(dir, 'bin')}${path.delimiter}${process.env.PATH}` };
  const commit = () => {
    git('add', 'automations');
    const { status, stdout, stderr } = spawnSync('git', ['commit', '-qm', 'x'], { cwd: dir, env, encoding: 'utf8' });
    return { status, said: stdout + stderr };
  };
  return { dir, commit };
}

test('the hook of the page lets a right automation pass and stops a wrong one', () => {
  const { dir, commit } = repository();
  const file = path.join(dir, 'automations', 'a.yaml');
  writeFileSync(file, 'id: a\nname: A\ntrigger: { expect: [order.failed] }\n');
  expect(commit()).toMatchObject({ status: 0, said: expect.stringContaining('0 errors, 0 warnings') });
  writeFileSync(file, 'id: a\nname: A\ntrigger: { expect: [order.failed], within: soon }\n');
  expect(commit()).toMatchObject({
    status: 1,
    said: expect.stringContaining('automations/a.yaml:3:44: trigger.within'),
  });
});

test('the workflow and the hook for pre-commit run the verb', () => {
  const [preCommit, workflow] = blocks('yaml').map((text) => parse(text));
  expect(preCommit.repos[0].hooks[0]).toMatchObject({
    pass_filenames: false,
    entry: expect.stringContaining(' check '),
  });
  expect(workflow.jobs.check.steps.at(-1).run).toMatch(/watchfire check --strict -o github /);
});

test('the JSON of the page is JSON', () => {
  expect(JSON.parse(blocks('json')[0] ?? '')[0]).toMatchObject({ severity: 'error', line: 6 });
});
