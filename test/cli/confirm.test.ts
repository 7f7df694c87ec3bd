import { expect, test } from 'vitest';
import type { AutomationDocument } from '../../src/documents/given.ts';
import { Watchfire } from '../../src/engine.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { type Around, type Ran, runIn } from './run.ts';

const automation = (id: string): AutomationDocument => ({
  id,
  name: `name of ${id}`,
  trigger: { posture: 'Reactive' },
});

/** A namespace with two automations and two dead letters, its command line, and how much of them is left. */
async function shop() {
  const namespace = freshNamespace({ permanent: ['*'] });
  const redis = testClient();
  const watchfire = new Watchfire({ redis, namespace });
  for (const id of ['A', 'B']) await watchfire.put(automation(id));
  const letter = ['source', 'events', 'entry', '1-0', 'reason', 'r', 'error', '', 'attempts', '1', 'fields', '[]'];
  for (const id of ['1-0', '2-0']) await redis.xadd(watchfire.store.keys.dead, id, ...letter);
  const left = async (): Promise<number> =>
    (await watchfire.list()).length + (await watchfire.deadLetters({ limit: 10 })).length;
  const cli: (argv: readonly string[], around?: Around) => Promise<Ran> = runIn(namespace);
  return { cli, left };
}

const file = JSON.stringify(automation('A'));

const DESTRUCTIVE: [string[], string, number][] = [
  [['delete', 'A'], 'delete, with all of their state: name of A (A)?', 1],
  [['delete', 'A', 'B'], 'delete, with all of their state: name of A (A), name of B (B)?', 2],
  [['apply', '-', '--prune'], 'delete what is in none of the files, with all of its state: name of B (B)?', 1],
  [['dlq', 'purge', '1-0'], 'remove 1 dead letter for good?', 1],
  [['dlq', 'purge', '--all'], 'remove all dead letters for good?', 2],
  [['dlq', 'purge', '--older-than', '1h'], 'remove the dead letters older than 1h for good?', 2],
];

test.each(DESTRUCTIVE)('%j asks on a terminal, and changes nothing when the answer is no', async (argv, question) => {
  const { cli, left } = await shop();
  const asked: string[] = [];
  const answer = (text: string): boolean => asked.push(text) < 0;
  const { status, out, err } = await cli(argv, { answer, stdin: file });
  expect({ status, out, err, asked }).toEqual({
    status: 1,
    out: [],
    err: ['watchfire: nothing was changed'],
    asked: [question],
  });
  expect(await left()).toBe(4);
});

test.each(DESTRUCTIVE)('%j goes on when the answer is yes', async (argv, _, gone) => {
  const { cli, left } = await shop();
  expect((await cli(argv, { answer: () => true, stdin: file })).status).toBe(0);
  expect(await left()).toBe(4 - gone);
});

test.each(DESTRUCTIVE)('%j asks nothing with --yes, and nothing where there is no terminal', async (argv, _, gone) => {
  const unasked = (): boolean => {
    throw new Error('it asked');
  };
  for (const [more, around] of [
    [['--yes'], { answer: unasked, stdin: file }],
    [[], { stdin: file }],
  ] as const) {
    const { cli, left } = await shop();
    expect((await cli([...argv, ...more], around)).status).toBe(0);
    expect(await left()).toBe(4 - gone);
  }
});

test('apply asks nothing when it deletes nothing, or only says what it would do', async () => {
  const { cli } = await shop();
  const answer = (): boolean => {
    throw new Error('it asked');
  };
  expect((await cli(['apply', '-'], { answer, stdin: file })).status).toBe(0);
  expect((await cli(['apply', '-', '--prune', '--dry-run'], { answer, stdin: file })).status).toBe(0);
});

test('a question names five things and counts the others', async () => {
  const { cli } = await shop();
  const many = Array.from({ length: 7 }, (_, i) => automation(`new${i}`));
  await cli(['apply', '-'], { stdin: JSON.stringify(many) });
  let question = '';
  const answer = (text: string): boolean => {
    question = text;
    return false;
  };
  await cli(['apply', '-', '--prune'], { answer, stdin: file });
  expect(question).toMatch(/\(new3\) and 3 more\?$/);
});
