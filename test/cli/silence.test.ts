import { describe, expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { runIn } from './run.ts';

async function engine() {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const watchfire = new Watchfire({ redis: testClient(), namespace });
  onTestFinished(() => watchfire.close());
  await watchfire.put({ id: 'a1', name: 'Failing', trigger: { expect: ['x'], for_each: ['id'] } });
  return { watchfire, cli: runIn(namespace) };
}

const why = ['--for', '2h', '--reason', 'known'];

describe('watchfire silence', () => {
  test('adds one, lists it, ends it, and keeps it in the list of all', async () => {
    const { watchfire, cli } = await engine();
    const { status, out } = await cli([
      ...['silence', 'add', '--automation', 'Failing', '--label', 'id=a=b', '--by', 'ana'],
      ...why,
    ]);
    expect(status).toBe(0);
    const [silence] = await watchfire.silences();
    expect(silence).toMatchObject({ automation: 'a1', labels: { id: 'a=b' }, reason: 'known', by: 'ana' });
    expect((silence?.until ?? 0) - (silence?.from ?? 0)).toBe(7_200_000);
    expect(out.join()).toMatch(/^silence s-[0-9a-f]{12} holds until .*: a1 id=a=b$/);
    const id = silence?.id ?? '';
    expect((await cli(['silence'])).out.join('\n')).toMatch(new RegExp(`${id} +a1 id=a=b .* ana +known`));
    expect(await cli(['silence', 'end', id])).toMatchObject({ status: 0, out: [`ended ${id}`] });
    expect(await cli(['silence', 'ls'])).toMatchObject({ status: 0, out: [], err: ['no silences'] });
    expect(await cli(['silence', 'end', id])).toMatchObject({ status: 1 });
    const all = JSON.parse((await cli(['silence', 'ls', '--all', '-o', 'json'])).out.join('\n'));
    expect(all).toMatchObject([{ id, automation: 'a1', by: 'ana' }]);
  });

  test.each([
    [['add', '--label', 'id=7'], 2, /needs --for/],
    [['add', '--label', 'id=7', '--for', '1h'], 2, /needs --reason/],
    [['add', '--label', 'id', ...why], 2, /--label: must be like id=order.1 \(found "id"\)/],
    [['add', '--by', 'b', ...why], 1, /automation: is required where there are no labels/],
    [['add', '--by', 'b', '--automation', 'a9', ...why], 1, /there is no automation "a9"/],
    [['add', '--by', 'b', '--automation', 'a1', '--label', 'x=1', ...why], 1, /must be a label that a1 counts by: id/],
    [['end'], 2, /needs ids of silences/],
    [['end', 's-1'], 1, /there is no silence "s-1"/],
    [['begin'], 2, /must be one of ls, add, end \(found "begin"\)/],
  ])('%j is refused', async (argv, status, message) => {
    const { cli } = await engine();
    const answer = await cli(['silence', ...argv]);
    expect(answer).toMatchObject({ status, out: [] });
    expect(answer.err.join('\n')).toMatch(message);
  });
});
