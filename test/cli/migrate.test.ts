import { expect, test } from 'vitest';
import { restoreDump } from '../support/dump.ts';
import { keysIn } from '../support/namespace.ts';
import { adminBeside } from '../support/redis.ts';
import { World } from '../support/world.ts';
import { runIn } from './run.ts';

/** The dump of 0.1.0, its workers stopped. */
async function stopped(): Promise<World> {
  const world = new World();
  await restoreDump(world.redis, '0.1.0.json.gz', world.namespace);
  const admin = adminBeside(world.redis);
  for (const key of await keysIn(admin, world.namespace)) {
    if (/^(bull:|attempts|worker)/.test(key)) await admin.del(`{${world.namespace}}:${key}`);
  }
  return world;
}

test('migrate counts what it would lead over, leads it over, and then has nothing to do', async () => {
  const world = await stopped();
  const cli = runIn(world.namespace);
  const before = await world.state();
  const dry = await cli(['migrate', '--dry-run']);
  expect(dry).toMatchObject({ status: 0, err: [] });
  expect(dry.out[0]).toBe('would lead over from Watchfire 0.1.0 to format 6:');
  expect(dry.out).toContain('  60 triggers');
  expect(await world.state()).toEqual(before);
  const json = await cli(['migrate', '--dry-run', '-o', 'json']);
  expect(JSON.parse(json.out.join(''))).toMatchObject({
    from: '0.1.0',
    to: '6',
    dry_run: true,
    counts: { triggers: 60 },
  });
  const wet = await cli(['migrate']);
  expect(wet).toEqual({
    status: 0,
    err: [],
    out: ['led over from Watchfire 0.1.0 to format 6:', ...dry.out.slice(1), 'done: workers of this version can start'],
  });
  expect(await cli(['migrate'])).toMatchObject({ status: 0, out: [expect.stringMatching(/^nothing to do/)] });
  expect(await cli(['list'])).toMatchObject({ status: 0 });
});
