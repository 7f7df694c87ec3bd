import { describe, expect, onTestFinished, test } from 'vitest';
import { LoadedDefinitions } from '../../src/apply/loaded-definitions.ts';
import { Watchfire } from '../../src/engine.ts';
import type { TriggerDocument } from '../../src/index.ts';
import { DEFAULT_QUOTAS } from '../../src/inspect/quota.ts';
import { Auditor } from '../../src/services/auditor.ts';
import { Mender } from '../../src/services/mender.ts';
import { eventually } from '../support/eventually.ts';
import { logLines } from '../support/log-lines.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS, World } from '../support/world.ts';
import { runIn } from './run.ts';

const counting: TriggerDocument = { posture: 'Reactive', expect: ['x'], for_each: ['id'], threshold: 2, within: 60 };

function engine(): { watchfire: Watchfire; cli: ReturnType<typeof runIn> } {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const watchfire = new Watchfire({ redis: testClient(), namespace });
  onTestFinished(() => watchfire.close());
  return { watchfire, cli: runIn(namespace) };
}

async function jsonOf(cli: ReturnType<typeof runIn>, ...argv: string[]): Promise<Record<string, unknown>> {
  const { status, out, err } = await cli(['quotas', '-o', 'json', ...argv]);
  expect({ status, err }).toEqual({ status: 0, err: [] });
  return JSON.parse(out.join('\n')) as Record<string, unknown>;
}

const limits = (windows_per_automation: number, windows: number) => ({ limits: { windows_per_automation, windows } });

describe('watchfire quotas', () => {
  test('shows the defaults', async () => {
    const { cli } = engine();
    const { windowsPerAutomation, windows } = DEFAULT_QUOTAS;
    expect(await jsonOf(cli)).toEqual({
      ...limits(windowsPerAutomation, windows),
      windows: 0,
      automations: [],
      over_limit: 0,
    });
  });

  test('sets one, the other, both, and puts them back', async () => {
    const { cli } = engine();
    expect(await jsonOf(cli, '--automation', '3')).toMatchObject(limits(3, DEFAULT_QUOTAS.windows));
    expect(await jsonOf(cli, '--all', '7')).toMatchObject(limits(3, 7));
    expect(await jsonOf(cli, '--automation', '0', '--all', '1')).toMatchObject(limits(0, 1));
    expect(await jsonOf(cli)).toMatchObject(limits(0, 1));
    expect(await jsonOf(cli, '--reset')).toMatchObject(
      limits(DEFAULT_QUOTAS.windowsPerAutomation, DEFAULT_QUOTAS.windows),
    );
  });

  test.each([
    [
      ['--automation', 'many'],
      /^watchfire: --automation: must be a whole number from 0 to 1000000000 \(found "many"\)$/,
    ],
    [['--all', '-1'], /^watchfire: /],
    [['--reset', '--all', '1'], /^watchfire: quotas: --reset goes without/],
  ])('refuses %j', async (argv, sentence) => {
    const { status, err } = await runIn('n')(['quotas', ...argv]);
    expect([status, err.join('\n')]).toEqual([2, expect.stringMatching(sentence)]);
  });

  test('holds for what is applied next, names who holds most, and status warns of it', async () => {
    const { watchfire, cli } = engine();
    await watchfire.put({ id: 'A 1', name: 'A', trigger: counting });
    await watchfire.startWorker();
    await watchfire.setQuotas({ windowsPerAutomation: 2 });
    for (const id of ['k', 'l', 'm', 'n']) await watchfire.emit({ event: 'x', resource: { id } });
    const seen = await eventually('all is applied', async () => {
      const held = await watchfire.quotas();
      return held.refused === 2 ? held : null;
    });
    expect(seen).toMatchObject({ windows: 2, automations: [{ id: 'A 1', windows: 2 }] });
    const { out } = await cli(['quotas']);
    expect(out).toContainEqual(expect.stringMatching(/^A 1 +2 +2$/));
    expect(out.at(-1)).toBe('2 times a key was not watched for want of room');
    const warnings = (await cli(['status'])).out.filter((line) => line.startsWith('warning: '));
    expect(warnings).toContainEqual(
      expect.stringMatching(/the quota of open windows is used up, .*: A 1 \(2\); see "watchfire quotas"$/),
    );
    await watchfire.setQuotas({ windowsPerAutomation: null });
    expect((await cli(['status'])).out.join('\n')).not.toMatch(/the cap on open windows/);
  });

  test('a program that sets nonsense learns which', async () => {
    const { watchfire } = engine();
    await expect(watchfire.setQuotas({ windows: -1 })).rejects.toMatchObject({
      code: 'INVALID_DOCUMENT',
      path: 'windows',
    });
    await expect(watchfire.setQuotas({ window: 1 } as object)).rejects.toMatchObject({ path: 'window' });
  });
});

test.each([
  ['a cap that is reached', 'over-limit', 'a quota of open windows is used up'],
  ['entries that are rejected', 'rejected', 'entries were rejected, they are with the dead letters'],
])('%s: logged once, not with each event, and anew after a quiet minute', async (_, word, sentence) => {
  const world = new World();
  const { lines, logger } = logLines();
  const { redis, store } = world;
  const mender = new Mender({ redis, store, logger });
  const auditor = new Auditor({
    redis,
    store,
    logger,
    mender,
    definitions: new LoadedDefinitions(redis, store, new Set()),
  });
  const said = (): number => lines.filter((line) => line.msg.includes(sentence)).length;
  const refuse = async (): Promise<void> => {
    await redis.hincrby(store.keys.counters, word, 5);
    await auditor.runOnce();
  };
  await redis.hset(store.keys.counters, word, 100);
  await auditor.runOnce();
  expect(said()).toBe(0);
  for (let look = 0; look < 5; look += 1) await refuse();
  expect(said()).toBe(1);
  for (let look = 0; look < 11; look += 1) await auditor.runOnce();
  await refuse();
  expect(said()).toBe(1);
  for (let look = 0; look < 12; look += 1) await auditor.runOnce();
  await refuse();
  expect(said()).toBe(2);
});
