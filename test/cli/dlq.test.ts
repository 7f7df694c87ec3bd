import { describe, expect, test } from 'vitest';
import { givenUpMs } from '../../src/cli/verbs/dlq.ts';
import { Watchfire } from '../../src/index.ts';
import { World } from '../support/world.ts';
import { runIn } from './run.ts';

/** The same with letters of right events, given up because something else failed. */
async function engineWithRight(letters: number) {
  const made = await engine(0);
  const { redis, store } = made.world;
  for (let i = 0; i < letters; i += 1) {
    const said = ['source', 'events', 'entry', `${i + 1}-0`, 'reason', 'failed', 'error', 'ERR', 'attempts', '3'];
    await redis.xadd(store.keys.dead, `${i + 1}-0`, ...said, 'fields', JSON.stringify(['data', right(i)]));
  }
  return { ...made, ids: Array.from({ length: letters }, (_, i) => `${i + 1}-0`) };
}

const right = (n: number): string => `{"event":"e${n}","resource":{"id":"r"}}`;

/** An engine whose log held `bad` entries that were rejected. */
async function engine(bad: number) {
  const world = await World.claimed();
  for (let i = 0; i < bad; i += 1) await world.append(['data', `{"event":${i}}`]);
  await world.drain();
  const watchfire = new Watchfire({ redis: world.redis, namespace: world.namespace });
  const ids = (await watchfire.deadLetters()).map(({ id }) => id);
  return { world, watchfire, ids, cli: runIn(world.namespace) };
}

test.each(['1795968494242-0', '7/1795968494242-0', 'g/1795968494242-0'])('%s says when it was given up', (id) => {
  expect(givenUpMs({ id })).toBe(1_795_968_494_242);
});

describe('dlq ls', () => {
  test('shows the newest letters in a table, oldest first', async () => {
    const { cli, ids } = await engine(3);
    const { status, out } = await cli(['dlq', 'ls', '--limit', '2']);
    expect(status).toBe(0);
    expect(out.map((line) => line.split(/\s{2,}/)[0])).toEqual(['ID', ids[1], ids[2]]);
    expect(out[1]).toMatch(/ events +1 +event: must be a string/);
  });

  test('prints whole letters as JSON', async () => {
    const { cli, ids } = await engine(1);
    const { out } = await cli(['dlq', 'ls', '-o', 'json']);
    expect(JSON.parse(out.join('\n'))).toMatchObject([
      { id: ids[0], source: 'events', error: '', attempts: 1, fields: ['data', '{"event":0}'] },
    ]);
  });

  test('is what dlq does without a word', async () => {
    const { cli } = await engine(2);
    expect(await cli(['dlq'])).toEqual(await cli(['dlq', 'ls']));
  });

  test('says so when there are none', async () => {
    const { cli } = await engine(0);
    expect(await cli(['dlq', 'ls'])).toEqual({ status: 0, out: [], err: ['no dead letters'] });
  });
});

describe('dlq show', () => {
  test('shows reason and fields, none of which can move the cursor', async () => {
    const { world, cli } = await engine(0);
    await world.append(['a\u001b[2J', 'b\nc']);
    await world.drain();
    const [letter] = await new Watchfire({ redis: world.redis, namespace: world.namespace }).deadLetters();
    const { status, out } = await cli(['dlq', 'show', letter?.id ?? '']);
    expect(status).toBe(0);
    expect(out.at(-1)).toBe('  a\\u001b[2J: b\\u000ac');
    expect(out.join('\n')).toMatch(/reason +\S/);
  });

  test('fails for a letter that is not there', async () => {
    const { cli } = await engine(0);
    expect(await cli(['dlq', 'show', '1-1'])).toEqual({
      status: 1,
      out: [],
      err: ['watchfire: there is no dead letter 1-1'],
    });
  });
});

describe('dlq redrive', () => {
  test('sends the named letters again', async () => {
    const { cli, ids, watchfire, world } = await engineWithRight(3);
    expect(await cli(['dlq', 'redrive', ids[1] ?? ''])).toEqual({ status: 0, out: ['redriven 1'], err: [] });
    expect((await watchfire.deadLetters()).map(({ id }) => id)).toEqual([ids[0], ids[2]]);
    expect((await world.waiting()).map(({ fields }) => fields)).toEqual([['data', right(1)]]);
  });

  test('sends all of them once, in their order, although they may come back', async () => {
    const { cli, world, watchfire } = await engineWithRight(450);
    expect((await cli(['dlq', 'redrive', '--all'])).out).toEqual(['redriven 450']);
    expect((await world.waiting()).map(({ fields }) => fields[1])).toEqual(
      Array.from({ length: 450 }, (_, i) => right(i)),
    );
    expect(await watchfire.deadLetters()).toEqual([]);
  });

  test('names those that are not there, and sends the others', async () => {
    const { cli, ids } = await engineWithRight(1);
    expect(await cli(['dlq', 'redrive', '1-1', ids[0] ?? ''])).toEqual({
      status: 1,
      out: ['redriven 1'],
      err: ['watchfire: there is no dead letter 1-1'],
    });
  });
});

describe('what would only come back', () => {
  test('stays, and the reason is shown', async () => {
    const { cli, ids, watchfire, world } = await engine(1);
    const firing = ['firing', 'aa', 'automation', 'A', 'revision', '9'];
    const letter = ['source', 'firings', 'entry', '5-0', 'reason', 'x', 'error', '', 'attempts', '1'];
    const { redis, store } = world;
    const lost = String(await redis.xadd(store.keys.dead, '*', ...letter, 'fields', JSON.stringify(firing)));
    const { status, out, err } = await cli(['dlq', 'redrive', '--all']);
    expect({ status, out }).toEqual({ status: 1, out: ['redriven 0'] });
    expect(err).toEqual([
      `watchfire: the dead letter ${ids[0]} stays: it would be rejected again: event: must be a string`,
      expect.stringContaining(`watchfire: the dead letter ${lost} stays: it would be given up again: `),
    ]);
    expect((await watchfire.deadLetters()).map(({ id }) => id)).toEqual([ids[0], lost]);
    const { out: json } = await cli(['dlq', 'redrive', ids[0] ?? '', '-o', 'json']);
    expect(JSON.parse(json.join('\n'))).toEqual({
      redriven: 0,
      gone: [],
      unfit: [{ id: ids[0], reason: 'would be rejected again: event: must be a string' }],
    });
  });
});

describe('dlq purge', () => {
  test('removes the named letters, or all of them', async () => {
    const { cli, ids, watchfire } = await engine(4);
    expect((await cli(['dlq', 'purge', ids[0] ?? '', ids[2] ?? ''])).out).toEqual(['purged 2']);
    expect((await watchfire.deadLetters()).map(({ id }) => id)).toEqual([ids[1], ids[3]]);
    expect((await cli(['dlq', 'purge', '--all', '-o', 'json'])).out.join('')).toBe('{  "purged": 2}');
    expect(await watchfire.deadLetters()).toEqual([]);
  });

  test('removes those of a certain age', async () => {
    const { world, cli, watchfire } = await engine(0);
    const { dead } = world.store.keys;
    const [seconds] = await world.redis.time();
    const days = (count: number) => `${(Number(seconds) - count * 86_400) * 1_000}-0`;
    for (const id of [days(8), days(6)]) await world.redis.xadd(dead, id, 'source', 'events');
    expect((await cli(['dlq', 'purge', '--older-than', '7d'])).out).toEqual(['purged 1']);
    expect((await watchfire.deadLetters()).map(({ id }) => id)).toEqual([days(6)]);
  });
});

test.each([
  ['redrive'],
  ['purge'],
  ['redrive', '1-1', '--all'],
  ['purge', '--all', '--older-than', '7d'],
  ['purge', '--older-than', 'soon'],
  ['redrive', '--older-than', '7d'],
  ['show'],
  ['show', 'latest'],
  ['ls', '1-1'],
  ['empty'],
])('dlq %j is refused, and nothing changes', async (...argv) => {
  const { cli, watchfire } = await engine(1);
  const { status, out, err } = await cli(['dlq', ...argv]);
  expect({ status, out, lines: err.length }).toEqual({ status: 2, out: [], lines: 1 });
  expect(await watchfire.deadLetters()).toHaveLength(1);
});
