import { describe, expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { IGNORED_LIMIT, LARGEST_EARLY_MS, LARGEST_FOLLOW_WAIT_MS } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS } from '../support/world.ts';
import { runIn } from './run.ts';

function engine(): { watchfire: Watchfire; cli: ReturnType<typeof runIn> } {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const watchfire = new Watchfire({ redis: testClient(), namespace });
  onTestFinished(() => watchfire.close());
  return { watchfire, cli: runIn(namespace) };
}

async function jsonOf(cli: ReturnType<typeof runIn>, ...argv: string[]): Promise<unknown> {
  const { status, out, err } = await cli(['settings', ...argv, '-o', 'json']);
  expect({ status, err }).toEqual({ status: 0, err: [] });
  return JSON.parse(out.join('\n'));
}

const shown = (early_seconds: number, follow_wait_seconds: number, ...ignored: string[]) => ({
  early_seconds,
  follow_wait_seconds,
  ignored,
});

describe('watchfire settings', () => {
  test('shows, sets and puts back', async () => {
    const { cli } = engine();
    expect(await jsonOf(cli)).toEqual(shown(1_800, 900, 'prefect.log.write'));
    expect(await jsonOf(cli, 'set', 'early=2h', 'follow-wait=1d', 'ignored=b,a')).toEqual(
      shown(7_200, 86_400, 'a', 'b'),
    );
    expect(await jsonOf(cli, 'set', 'early=0', 'ignored=')).toEqual(shown(0, 86_400));
    expect((await cli(['settings', 'ls'])).out).toEqual([
      expect.stringMatching(/^SETTING +VALUE +DEFAULT$/),
      expect.stringMatching(/^early +0s +30m$/),
      expect.stringMatching(/^follow-wait +1d +15m$/),
      expect.stringMatching(/^ignored +- +prefect\.log\.write$/),
    ]);
    const all = ['early=default', 'follow-wait=default', 'ignored=default'];
    expect(await jsonOf(cli, 'set', ...all)).toEqual(shown(1_800, 900, 'prefect.log.write'));
  });

  test.each([
    [['set'], 'settings set: needs at least one name=value'],
    [['get'], 'settings: must be one of ls, set (found "get")'],
    [['ls', 'early=1h'], 'settings ls: takes no operand (found "early=1h")'],
    [['set', 'early'], 'settings set: must be name=value (found "early")'],
    [['set', 'late=1h'], 'settings set: must be early, follow-wait or ignored (found "late")'],
    [['set', 'early=2h1s'], 'settings set: early: must be a duration like 30m, up to 2h (found "2h1s")'],
    [['set', 'follow-wait=25h'], 'settings set: follow-wait: must be a duration like 30m, up to 1d (found "25h")'],
    [['set', 'early=-1s'], 'settings set: early: must be a duration like 30m, up to 2h (found "-1s")'],
  ])('refuses %j', async (argv, sentence) => {
    const { status, err } = await runIn('n')(['settings', ...argv]);
    expect([status, err.join('\n')]).toEqual([2, expect.stringContaining(`watchfire: ${sentence}`)]);
  });
});

describe('settings of the namespace', () => {
  test('a running worker follows them from the next entry on', async () => {
    const { watchfire } = engine();
    await watchfire.put({ id: 'a', name: 'A', trigger: { posture: 'Reactive', expect: ['x'] } });
    await watchfire.startWorker();
    const { id } = await watchfire.emit({ event: 'x', resource: { id: 'r' } });
    await eventually('the first event fires', async () => (await watchfire.firings()).firings.length === 1);
    await watchfire.setNamespaceSettings({ ignored: ['x'] });
    await watchfire.emit({ event: 'x', resource: { id: 'r' } });
    const counters = await eventually('the second is ignored', async () => {
      const { counters: found } = await watchfire.status();
      return found.ignored === undefined ? null : found;
    });
    expect([id, counters]).toEqual([expect.any(String), expect.objectContaining({ applied: 1, ignored: 1 })]);
  });

  test.each([
    [{ earlyMs: LARGEST_EARLY_MS + 1 }, 'earlyMs', String(LARGEST_EARLY_MS + 1)],
    [{ followWaitMs: LARGEST_FOLLOW_WAIT_MS + 1 }, 'followWaitMs', String(LARGEST_FOLLOW_WAIT_MS + 1)],
    [{ followWaitMs: 0.5 }, 'followWaitMs', '0.5'],
    [{ ignored: ['a', ''] }, 'ignored.1', '""'],
    [{ ignored: ['\ud800'] }, 'ignored.0', expect.any(String)],
    [{ ignored: 'a' as never }, 'ignored', '"a"'],
    [{ ignored: Array.from({ length: IGNORED_LIMIT + 1 }, (_, i) => `n${i}`) }, 'ignored', String(IGNORED_LIMIT + 1)],
    [{ early: 1 } as never, 'early', ''],
  ])('nonsense is refused, by name and value: %#', async (changes, path, value) => {
    const { watchfire } = engine();
    await expect(watchfire.setNamespaceSettings(changes)).rejects.toMatchObject({
      code: 'INVALID_DOCUMENT',
      path,
      value,
    });
  });

  test('an option that workers had once says where it went', () => {
    expect(() => new Watchfire({ ignoredEvents: ['a'] } as object)).toThrow(
      /^ignoredEvents: stands in Redis for all workers: .*watchfire settings set ignored=/,
    );
  });
});
