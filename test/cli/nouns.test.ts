import { expect, test } from 'vitest';
import { NOUNS, SECTIONS, VERBS } from '../../src/cli/catalogue.ts';
import { World } from '../support/world.ts';
import { type Ran, run, runIn } from './run.ts';

const automation = { id: 'A', name: 'every x', trigger: { posture: 'Reactive', expect: ['x'] } };

async function shop(): Promise<{ cli: (...argv: string[]) => Promise<Ran>; world: World }> {
  const world = await World.claimed();
  await world.put(automation);
  await world.at(0).meet('x', { id: 'e1' });
  const cli = runIn(world.namespace);
  return { cli: (...argv) => cli(argv), world };
}

test.each([
  [['automations', 'ls'], ['list']],
  [
    ['automations', 'get', 'A'],
    ['get', 'A'],
  ],
  [['firings', 'ls'], ['firings']],
  [['windows', 'ls'], ['windows']],
  [['buckets', 'ls'], ['windows']],
  [['quotas', 'ls'], ['quotas']],
])('%j is the same as %j', async (byNoun, byVerb) => {
  const { cli } = await shop();
  for (const more of [[], ['-o', 'json']]) expect(await cli(...byNoun, ...more)).toEqual(await cli(...byVerb, ...more));
});

test('automations are changed, and events sent, by noun too', async () => {
  const { cli } = await shop();
  expect((await cli('automations', 'disable', 'A')).out).toEqual(['disabled every x (A)']);
  expect((await cli('automations', 'enable', 'A')).out).toEqual(['enabled every x (A)']);
  expect((await cli('events', 'send', 'x', 'resource.id=r')).out).toEqual([expect.stringMatching(/^sent /)]);
  expect((await cli('automations', 'delete', 'A')).out).toEqual(['deleted every x (A)']);
});

test('a noun alone shows what it knows and ends with 2, and its help with 0', async () => {
  const { status, err } = await run(['automations']);
  expect([status, err[0]]).toEqual([2, 'Usage: watchfire automations <act> [arguments] [options]']);
  const help = await run(['automations', '--help']);
  expect(help.status).toBe(0);
  for (const act of ['ls', 'get', 'apply', 'enable', 'disable', 'delete'])
    expect(help.out).toContainEqual(expect.stringMatching(new RegExp(`^ {2}${act} +\\w`)));
  expect((await run(['automations', 'ls', '--help'])).out[0]).toBe('Usage: watchfire automations ls [options]');
});

test.each([
  [['automations', 'lst'], /^watchfire: unknown command 'lst' \(Did you mean ls\?\)$/],
  [['windows', 'lst'], /^watchfire: windows: takes no operand but ls \(found "lst"\)$/],
  [['quotas', 'x'], /^watchfire: quotas: takes no operand but ls \(found "x"\)$/],
])('%j ends with 2 and one sentence', async (argv, sentence) => {
  expect(await run(argv)).toEqual({ status: 2, out: [], err: [expect.stringMatching(sentence)] });
});

test.each(Object.keys(VERBS))('the help of %s fits 80 columns, and another terminal', async (verb) => {
  for (const columns of [undefined, 60]) {
    const { out } = await run([verb, '--help'], columns === undefined ? {} : { columns });
    const text = out.filter((line) => !line.startsWith(' '));
    expect(Math.max(...text.map(({ length }) => length))).toBeLessThanOrEqual(columns ?? 80);
  }
});

test('the help names every verb once, below a heading, within 80 columns', async () => {
  const { out } = await run(['--help']);
  for (const { heading } of SECTIONS) expect(out).toContain(heading);
  for (const verb of Object.keys(VERBS))
    expect(out.filter((line) => new RegExp(`^ {2}${verb}(\\|\\w+)? `).test(line))).toHaveLength(1);
  expect(Math.max(...out.map(({ length }) => length))).toBeLessThanOrEqual(80);
  for (const [noun, { acts }] of Object.entries(NOUNS)) {
    for (const { load } of Object.values(acts)) expect(Object.values(VERBS).map((one) => one.load)).toContain(load);
    expect(out.join(' ')).toContain(`"${noun} `);
  }
});
