import { hostname } from 'node:os';
import { expect, inject, test } from 'vitest';
import { engine, reactive } from '../support/engine.ts';
import { runIn } from './run.ts';

test('what is changed is recorded with who, where and why, once', async () => {
  const watchfire = engine({ reason: 'a first try' });
  const { namespace } = watchfire.settings;
  const cli = runIn(namespace);
  await watchfire.put(reactive('each'));
  await watchfire.put(reactive('each'));
  expect((await cli(['disable', 'each', '--reason', 'too loud'])).status).toBe(0);
  await cli(['disable', 'each']);
  await cli(['quotas', '--automation', '7']);
  await cli(['silence', 'add', '--automation', 'each', '--for', '1h', '--reason', 'known', '--by', 'ann']);
  const acts = await watchfire.acts();
  expect(acts.map(({ what, subject, reason }) => [what, subject, reason])).toEqual([
    ['apply', 'each', 'a first try'],
    ['disable', 'each', 'too loud'],
    ['quotas', '{"windowsPerAutomation":7}', ''],
    ['silence', 'each', 'known'],
  ]);
  const user = new URL(inject('redisUrl')).username || 'default';
  expect(new Set(acts.map((act) => `${act.user} ${act.host}`))).toEqual(new Set([`${user} ${hostname()}`]));
  const { out } = await cli(['audit', '--limit', '2']);
  expect(out).toHaveLength(3);
  expect(out[1]).toMatch(/Z +\S+ +\S+ +quotas +\{"windowsPerAutomation":7\} +-$/);
  const of = JSON.parse((await cli(['audit', '--automation', 'each', '-o', 'json'])).out.join(''));
  expect(of).toMatchObject([
    { what: 'apply' },
    { what: 'disable' },
    { what: 'silence', at: expect.stringMatching(/Z$/) },
  ]);
});
