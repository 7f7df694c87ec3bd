import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { parseAutomation } from '../../src/model/automation.ts';
import { workerCommands } from '../../src/redis/acl.ts';
import { deleteDefinition, putDefinition } from '../../src/redis/definitions.ts';
import { ACTIONS_GROUP, ENGINE_GROUP } from '../../src/redis/keys.ts';
import { readScript } from '../../src/redis/script.ts';
import { audit } from '../../src/redis/steps/audit.ts';
import { forgetIds } from '../../src/redis/steps/forget-ids.ts';
import { forgetRevisions } from '../../src/redis/steps/forget-revisions.ts';
import { recount } from '../../src/redis/steps/recount.ts';
import { redrive } from '../../src/redis/steps/redrive.ts';
import { rejectFiring } from '../../src/redis/steps/reject-firing.ts';
import { retire } from '../../src/redis/steps/retire.ts';
import { settle } from '../../src/redis/steps/settle.ts';
import { sweep } from '../../src/redis/steps/sweep.ts';
import { takeFirings } from '../../src/redis/steps/take-firings.ts';
import { takeOver } from '../../src/redis/steps/take-over.ts';
import { trim } from '../../src/redis/steps/trim.ts';
import { adminClient } from '../support/redis.ts';
import { restrictedUser } from '../support/restricted.ts';
import { ms, World } from '../support/world.ts';

const watch = { posture: 'Proactive', after: ['x'], expect: ['y'], within: 10, for_each: ['id'] };
const document = (within = 10, enabled = true) => ({
  id: 'a',
  name: 'A',
  enabled,
  trigger: { ...watch, within },
  actions: [{ type: 'ring' }],
});

/** An engine that has been at work: windows, an alert, a firing, dead letters, remembered ids and times, a replaced document. */
async function worked(): Promise<World> {
  const world = await World.claimed();
  await world.put(document(5));
  await world.put({ id: 's', name: 'S', trigger: { posture: 'Proactive', expect: ['z'], within: 40 } });
  await world.meet('x', { id: 'x0' });
  await world.meet('y', { id: 'y0', resource: 'other' });
  await world.append(['data', '{']);
  await world.drain();
  await world.at(6).settle();
  await world.put(document());
  await world.at(7).meet('x', { id: 'x7' });
  await world.redis.xgroup('CREATE', world.store.keys.firings, ACTIONS_GROUP, '0', 'MKSTREAM');
  return world;
}

type Act = Readonly<{
  script: string;
  prepare?: (world: World) => Promise<unknown>;
  act: (redis: Redis, world: World) => Promise<unknown>;
}>;

const put = (redis: Redis, { store }: World, automation: object) =>
  putDefinition(redis, store, parseAutomation(automation));
const firstOf = async ({ redis }: World, stream: string): Promise<string> =>
  (await redis.xrange(stream, '-', '+', 'COUNT', 1))[0]?.[0] ?? '';

const ACTS: Readonly<Record<string, Act>> = {
  'a new automation': {
    script: 'put-automation',
    act: (redis, world) => put(redis, world, { ...document(), id: 'b' }),
  },
  'a changed one': { script: 'put-automation', act: (redis, world) => put(redis, world, document(30)) },
  'a disabled one': { script: 'put-automation', act: (redis, world) => put(redis, world, document(10, false)) },
  'an enabled one': {
    script: 'put-automation',
    prepare: (world) => world.put(document(10, false)),
    act: (redis, world) => put(redis, world, document()),
  },
  'a deleted one': { script: 'delete-automation', act: (redis, { store }) => deleteDefinition(redis, store, 'a') },
  'a settlement': {
    script: 'settle',
    prepare: async (world) => world.at(20),
    act: (redis, { store }) => settle(redis, store),
  },
  'a sweep': { script: 'sweep', act: (redis, { store }) => sweep(redis, store) },
  'ids that are forgotten': {
    script: 'forget-ids',
    prepare: (world) => world.at(4_000).meet('late'),
    act: (redis, { store }) => forgetIds(redis, store),
  },
  'revisions that are forgotten': {
    script: 'forget-revisions',
    prepare: (world) =>
      world.redis.xreadgroup('GROUP', ACTIONS_GROUP, 'c', 'NOACK', 'STREAMS', world.store.keys.firings, '>'),
    act: (redis, { store }) => forgetRevisions(redis, store, ms(10_000_000)),
  },
  'a look at the log': { script: 'audit', act: (redis, { store }) => audit(redis, store) },
  'a recount': { script: 'recount', act: (redis, { store }) => recount(redis, store.keys.events, ENGINE_GROUP) },
  'a dead letter that is sent again': {
    script: 'redrive',
    act: async (redis, world) => redrive(redis, world.store, await firstOf(world, world.store.keys.dead)),
  },
  'a firing that is given up': {
    script: 'reject-firing',
    prepare: (world) => world.redis.xreadgroup('GROUP', ACTIONS_GROUP, 'c', 'STREAMS', world.store.keys.firings, '>'),
    act: async (redis, world) => {
      const entry = await firstOf(world, world.store.keys.firings);
      return await rejectFiring(redis, world.store.keys, { entry, reason: 'why', error: '' });
    },
  },
  'firings that are taken': {
    script: 'take-firings',
    act: (redis, { store }) => takeFirings(redis, store.keys.firings, 'c', 10),
  },
  'entries that are taken over': {
    script: 'take-over',
    prepare: (world) => world.at(8).send('x', { id: 'x8' }),
    act: (redis, { store }) => takeOver(redis, store, 'w', 10),
  },
  'a trimmed stream': {
    script: 'trim',
    act: (redis, { store }) => trim(redis, store, { stream: store.keys.firings, fenced: false }, ms(10_000)),
  },
  'a retired reader': {
    script: 'retire',
    prepare: async (world) => {
      const { redis, store } = world;
      await redis.xgroup('CREATECONSUMER', store.keys.firings, ACTIONS_GROUP, 'gone');
    },
    act: (redis, { store }) => retire(redis, store, store.keys.firings, ACTIONS_GROUP, 'gone'),
  },
};

/** What Redis says of a command that a user may not run: by itself, and in a script. */
const REFUSED = /NOPERM|user executing the script can't run/;

/** The commands that a script names and a worker may run. */
function commandsOf(script: string): string[] {
  const named = new Set(
    [...readScript(script).source.matchAll(/'([A-Z]{3,})'/g)].map(([, name = '']) => name.toLowerCase()),
  );
  return workerCommands().filter((command) => named.has(command.split('|')[0] ?? ''));
}

/** Letters and entries get their ids from the server's clock, all else has virtual time. */
const withoutTimes = (state: object): unknown =>
  JSON.parse(JSON.stringify(state).replace(/\b(?!1772)\d{13}(?:-\d+)?\b/g, '0'));

async function readied({ prepare }: Act): Promise<World> {
  const world = await worked();
  await prepare?.(world);
  return world;
}

/** What comes of it where nothing is taken away. */
async function undisturbed(one: Act): Promise<unknown> {
  const world = await readied(one);
  await one.act(world.redis, world);
  return withoutTimes(await world.state());
}

describe.each(Object.entries(ACTS))('%s', (_, one) => {
  let wanted: unknown;

  test.each(commandsOf(one.script))(
    'comes to the same when %s is taken from the worker and given back',
    async (command) => {
      wanted ??= await undisturbed(one);
      const world = await readied(one);
      const before = await world.state();
      const user = await restrictedUser(inject('adminUrl'), 'worker', world.namespace);
      onTestFinished(user.remove);
      await adminClient().acl('SETUSER', user.name, `-${command}`);
      const redis = new Redis(user.url);
      onTestFinished(() => redis.disconnect());
      const refused: unknown = await one.act(redis, world).then(
        () => null,
        (error: unknown) => error,
      );
      if (refused !== null) {
        expect(String((refused as Error).message)).toMatch(REFUSED);
        expect(await world.state()).toEqual(before);
        await adminClient().acl('SETUSER', user.name, `+${command}`);
        await one.act(redis, world);
      }
      expect(withoutTimes(await world.state())).toEqual(wanted);
    },
  );
});
