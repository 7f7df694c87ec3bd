import { describe, expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { passGate } from '../../src/redis/steps/pass-gate.ts';
import { storeOf } from '../../src/redis/store.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { runIn } from './run.ts';

/** An automation of which two firings pass and three are held back. */
async function flood() {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const redis = testClient();
  const watchfire = new Watchfire({ redis, namespace });
  onTestFinished(() => watchfire.close());
  await watchfire.put({ id: 'a1', name: 'Failing', budget: 2, trigger: { expect: ['x'], for_each: ['id'] } });
  const store = storeOf(namespace);
  // As late as can be: the budget opens a minute later, and commands may take their time until then.
  const now = (await watchfire.serverTimeMs()) + 600_000;
  for (const [i, id] of ['1', '1', '7', '7', '8'].entries()) {
    const labels = JSON.stringify({ id });
    const call = { firing: `f${i}`, entry: `${now}-${i}`, bytes: 1, automation: 'a1', revision: 1, labels, now };
    const plan = { budget: 2, shares: [{ actions: [0], what: 'send', counted: true }] } as const;
    await passGate(redis, store, { call, plan });
  }
  return { watchfire, cli: runIn(namespace) };
}

describe('watchfire budget', () => {
  test('shows what is used up, with its keys; status warns of it; reset opens it', async () => {
    const { cli } = await flood();
    const { status, out } = await cli(['budget']);
    expect(status).toBe(0);
    expect(out.join('\n')).toMatch(/a1 +3 +\S+ \S+ +\S+ \S+ +id=7 \(2\), id=8 \(1\)/);
    const [closing] = JSON.parse((await cli(['budget', '-o', 'json'])).out.join('\n'));
    expect(closing).toMatchObject({ automation: 'a1', held: 3, others: 0, until: expect.stringMatching(/Z$/) });
    const sentence =
      /the budget of a1 is used up, 3 firings are held back: it opens in 1\dm(?:\d+s)?; see "watchfire budget"/;
    expect((await cli(['status', '--wide'])).out.join('\n')).toMatch(sentence);
    expect(await cli(['budget', 'reset', 'Failing'])).toMatchObject({
      status: 0,
      out: ['opened the budget of Failing'],
    });
    expect(await cli(['budget', 'reset', 'a1'])).toMatchObject({ out: ['open already: the budget of a1'] });
    expect(await cli(['budget', 'ls'])).toMatchObject({ status: 0, out: [], err: ['no budget is used up'] });
    expect((await cli(['status', '--wide'])).out.join('\n')).not.toMatch(/budget/);
  });

  test.each([
    [['reset'], 2, /needs names or ids/],
    [['ls', 'a1'], 2, /takes no names \(found "a1"\)/],
    [['open', 'a1'], 2, /must be ls or reset \(found "open"\)/],
    [['reset', 'a9'], 1, /there is no automation "a9"/],
  ])('%j is refused', async (argv, status, message) => {
    const { cli } = await flood();
    const answer = await cli(['budget', ...argv]);
    expect(answer).toMatchObject({ status, out: [] });
    expect(answer.err.join('\n')).toMatch(message);
  });
});
