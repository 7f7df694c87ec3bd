import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { caretLines } from '../../src/cli/position.ts';
import { type Ran, run } from './run.ts';

/** No Redis is there for it. */
const OFFLINE = { REDIS_URL: 'redis://127.0.0.1:1' };

async function check(texts: Readonly<Record<string, string>>, ...options: string[]): Promise<Ran> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-check-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const files = Object.keys(texts).map((name) => path.join(dir, name));
  for (const [i, text] of Object.values(texts).entries()) await writeFile(files[i] ?? '', text);
  const ran = await run(['check', ...options, ...files], { env: OFFLINE });
  const bare = (lines: string[]): string[] => lines.map((line) => line.replaceAll(`${dir}/`, ''));
  return { ...ran, out: bare(ran.out), err: bare(ran.err) };
}

const good = 'id: a\nname: A\ntrigger: { expect: [order.failed] }\n';

/** What is marked, by the line above the mark. */
function marked({ out }: Ran): string[] {
  return out.flatMap((line, i) => {
    if (!/^ *\^+$/.test(line)) return [];
    return [(out[i - 1] ?? '').slice(line.indexOf('^'), line.lastIndexOf('^') + 1)];
  });
}

test('a right file is right', async () => {
  const ran = await check({ 'a.yaml': good });
  expect(ran).toEqual({ status: 0, out: [], err: ['1 automation in 1 file: 0 errors, 0 warnings'] });
});

test('all that is wrong comes with line and column and is marked, file by file from top to bottom', async () => {
  const ran = await check({
    'b.yaml': 'name: B\ntrigger:\n  within: soon\n  for_each: id\n  nonsense: 1\n',
    'a.yaml': `- ${good.replaceAll('\n', '\n  ')}\n- id: a\n  name: other\n`,
  });
  expect(ran.status).toBe(1);
  expect(ran.out.slice(0, 3)).toEqual([
    'error: b.yaml:3:11: trigger.within: must be a duration (found "soon")',
    '    within: soon',
    '            ^^^^',
  ]);
  expect(ran.out.filter((line) => line.startsWith('error: '))).toEqual([
    expect.stringContaining('error: b.yaml:3:11: trigger.within: '),
    expect.stringContaining('error: b.yaml:4:13: trigger.for_each: '),
    'error: b.yaml:5:3: trigger.nonsense: unknown key (found 1)',
    'error: a.yaml:5:3: trigger: is required',
  ]);
  expect(marked(ran)).toEqual(['soon', 'id', 'nonsense', 'id: a']);
  expect(ran.err).toEqual(['3 automations in 2 files: 4 errors, 0 warnings']);
});

test('two automations with one id are an error, in whichever files they stand', async () => {
  const ran = await check({ 'a.yaml': good, 'b.yaml': good.replace('name: A', 'name: B') });
  expect(ran.out[0]).toBe('error: b.yaml:1:5: id: is that of a.yaml:1 too (found "a")');
});

test.each([
  ['in quotes', 'where: "payload.n >> 1"', '> 1'],
  ['without quotes', 'where: payload.n >> 1', '> 1'],
  ['in a block of its own', 'where: |\n    payload.n >\n    >> 1\n', '>> 1'],
  ['with escapes, as a whole', 'where: "payload.\\u006e >> 1"', '"payload.\\u006e >> 1"'],
  ['over folded lines, by its key', 'where: >\n    payload.n\n    >> 1\n', 'where'],
])('the part of a condition that is wrong is marked: %s', async (_, where, part) => {
  const ran = await check({ 'a.yaml': `name: A\ntrigger:\n  expect: [a]\n  ${where}\n` });
  expect(ran.status).toBe(1);
  expect(marked(ran)).toEqual([part]);
});

test('what is not YAML is shown where it breaks', async () => {
  const ran = await check({ 'a.yaml': 'name: A\ntrigger: [\n' });
  expect(ran.status).toBe(1);
  expect(ran.out[0]).toMatch(/^error: a\.yaml:3:1: document: is not YAML: /);
});

test('a warning is printed, and counts as an error with --strict only', async () => {
  const text = good.replace('order.failed', 'order.');
  const usual = await check({ 'a.yaml': text });
  expect(usual.status).toBe(0);
  expect(usual.out[0]).toMatch(/^warning: a\.yaml:3:21: trigger\.expect\[0\]: .*write "order\.\*"$/);
  expect(marked(usual)).toEqual(['order.']);
  expect((await check({ 'a.yaml': text }, '--strict')).status).toBe(1);
});

test('programs get JSON', async () => {
  const ran = await check({ 'a.yaml': good.replace('expect:', 'within: soon, expect:') }, '-o', 'json');
  expect(ran.status).toBe(1);
  expect(JSON.parse(ran.out.join('\n'))).toEqual([
    {
      ...{ file: 'a.yaml', line: 3, column: 20, end_column: 24, severity: 'error' },
      ...{ path: 'trigger.within', message: 'must be a duration (found "soon")' },
    },
  ]);
  expect(ran.err).toEqual([]);
});

test('a workflow of GitHub gets annotations, in which nothing of a file is a command', async () => {
  const ran = await check({ 'a.yaml': 'name: "50%"\ntrigger: {}\n"x,y:%\\n::set": 1\n' }, '-o', 'github');
  expect(ran.out).toEqual([
    '::error file=a.yaml,line=3,col=1,endColumn=15,title=x%2Cy%3A%25\\u000a%3A%3Aset::x,y:%25\\u000a::set: unknown key (found 1)',
  ]);
});

test('a file that cannot be read ends with 2', async () => {
  const { status, err } = await run(['check', 'nowhere/a.yaml'], { env: OFFLINE });
  expect(status).toBe(2);
  expect(err[0]).toContain('cannot read nowhere/a.yaml');
});

test('a long line is cut around the place', () => {
  const text = `${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
  const [line = '', mark = ''] = caretLines({ at: 'f:1', file: 'f', line: 1, column: 501, width: 4, text });
  expect(line).toHaveLength(100);
  expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('HERE');
});

test('the mark stands below its place where characters take two cells', () => {
  const text = 'name: 日本, within: 長い';
  const place = { at: 'f:1', file: 'f', line: 1, column: text.indexOf('長') + 1, width: 2, text };
  expect(caretLines(place)).toEqual([text, `${' '.repeat(20)}^^^^`]);
});

test('a file of tests is checked with the automations that it names, and what is wrong with those comes once', async () => {
  const steps = 'steps: [{ at: 1m, expect: [{ automation: b }] }]';
  const tests = `automations: [a.yaml]\ntests:\n  - { name: x, ${steps} }\n`;
  expect(await check({ 'a.yaml': good, 'a.test.yaml': tests.replace('automation: b', 'automation: a') })).toEqual({
    status: 0,
    out: [],
    err: ['1 automation and 1 test in 2 files: 0 errors, 0 warnings'],
  });
  const unknown = await check({ 'a.yaml': good, 'a.test.yaml': tests });
  expect(unknown.out[0]).toBe(
    'error: a.test.yaml:3:57: tests[0].steps[0].expect[0].automation: is no automation of this test, which has a (found "b")',
  );
  const wrong = await check({ 'a.yaml': 'name: A\n', 'a.test.yaml': tests });
  expect(wrong.out.filter((line) => line.startsWith('error'))).toEqual(['error: a.yaml:1:1: trigger: is required']);
});

test('with the label of partitions it notes what keeps an automation from living on every one', async () => {
  const spread = 'id: b\nname: B\ntrigger: { expect: [order.failed], for_each: [id] }\n';
  const ran = await check({ 'a.yaml': good, 'b.yaml': spread }, '--by', 'id');
  expect(ran.status).toBe(0);
  expect(ran.out.filter((line) => line.includes(': '))[0]).toMatch(
    /^note: a\.yaml:3:\d+: trigger\.for_each: is empty: .*so the automation lives on the global partition; to spread it, add "id" to it$/,
  );
  expect(ran.out.join('\n')).not.toContain('b.yaml');
  expect(ran.err).toContain('divided by id: 1 live on every partition, 1 on the global one');
  expect((await check({ 'a.yaml': good }, '--by', 'id', '--strict')).status).toBe(0);
});
