import type { Redis } from 'ioredis';
import { Watchfire } from '../../../../src/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';
import { verb, wrongWith } from '../verbs.ts';

/** What a terminal would obey, in any text that is shown. */
const OBEYED = '\u001b]0;pwn\u0007\u009b31m\u202eevil\u200b\u2066"\'\\\r\n';

/** What is written in place of a text, a number and JSON. */
const RUBBISH: readonly string[] = [
  OBEYED,
  '',
  'abc',
  '-1',
  '1e400',
  '99999999999999999',
  'null',
  '[[[[]]]]',
  '{"id":7,"event":[],"children":"x","__proto__":{"x":1}}',
  'x'.repeat(300_000),
];

/** Every verb that shows what stands in Redis. */
const VERBS: readonly string[] = [
  'list',
  'list -o json',
  'get fires --state',
  'firings',
  'firings -o json',
  'windows',
  'windows -o json',
  'alerts',
  'alerts -o json',
  'deliveries',
  'deliveries -o json',
  'parked',
  'dlq',
  'quotas',
  'status',
  'status -o json',
  'doctor -o json',
  'settings',
  'explain watch --absence --key id=k',
];

/** Keys that all verbs ask before anything else: they are spoiled alone. */
const FIRST = ['format', 'automations', 'plans', 'changes', 'generation', 'history', 'firings'];

/** The other keys are spoiled in groups, each with rubbish of another kind, so that one that is refused hides few others. */
const GROUPS = 5;

export const attack: Attack = {
  by: 'user with a worker’s rights',
  what: 'writes rubbish into each key, of its type, while people look: no verb may fail by what it reads, or have a terminal obey it',
  run: async () => {
    const server = await PrivateServer.start();
    const { redis, url } = server;
    try {
      const ids = await populated(url, redis);
      const whole = await dumped(redis);
      const alone = FIRST.map((name) => `{wf}:${name}`);
      const others = [...whole.keys()].filter((key) => !alone.includes(key) && !key.includes(':bull:'));
      const groups = Array.from({ length: GROUPS }, (_, number) => others.filter((_, i) => i % GROUPS === number));
      let shown = 0;
      for (const [i, keys] of [...alone.map((key) => [key]), ...groups].entries()) {
        const rubbish = RUBBISH[i % RUBBISH.length] ?? '';
        await restored(redis, whole);
        for (const key of keys) await spoiled(redis, key, rubbish);
        for (const line of [...VERBS, ...ids, `backtest --scratch ${url}`]) {
          const wrong = wrongWith(await verb(url, line.split(' ')));
          mustHold(`${line} on ${JSON.stringify(rubbish.slice(0, 40))} in ${keys}: ${wrong}`, wrong === '');
          shown += 1;
        }
      }
      return `${shown} verbs showed what they could of ${whole.size} keys, or said what was wrong`;
    } finally {
      await server.remove();
    }
  },
};

const child = (name: string) => ({ posture: 'Reactive', expect: [name] }) as const;

const AUTOMATIONS = [
  { id: 'fires', trigger: { ...child('x'), for_each: ['id'] }, actions: [{ type: 'queue', queue: 'q' }] },
  { id: 'watch', trigger: { posture: 'Proactive', after: ['on'], expect: ['off'], within: 3_600, for_each: ['id'] } },
  { id: 'alerts', trigger: { ...child('bad'), resolve: { on: ['good'] }, for_each: ['id'] } },
  { id: 'collects', trigger: { ...child('many'), threshold: 3, within: 600, for_each: ['id'], collect: 3 } },
  { id: 'hears', trigger: child('automation.triggered') },
  { id: 'both', trigger: { type: 'compound', require: 'all', within: 3_600, triggers: [child('one'), child('two')] } },
];

/** An engine that has decided something of each kind. @returns verbs that name what came of it */
async function populated(url: string, redis: Redis): Promise<string[]> {
  const watchfire = new Watchfire({ redis: url, namespace: 'wf' });
  try {
    for (const one of AUTOMATIONS) await watchfire.put({ name: one.id, ...one } as never);
    await watchfire.setQuotas({ windows: 1_000 });
    await watchfire.setNamespaceSettings({ followWaitMs: 800_000 });
    const worker = await watchfire.startWorker();
    for (const event of ['on', 'one', 'bad', 'many', 'x']) await watchfire.emit({ event, resource: { id: 'k' } });
    await watchfire.emit({ event: 'off', resource: { id: 'early' } });
    await watchfire.emit({ event: 'off', resource: { id: 'k' }, id: 'waits', follows: 'nobody' });
    await redis.xadd('{wf}:events', '*', 'no', 'event');
    await redis.hset('{wf}:damage', '{wf}:due', `${Date.now()} mended was deleted`);
    await redis.hset('{wf}:handlers', 'page', `${Date.now()} {"type":"object"}`);
    const firing = await eventually('it has fired, and all is applied', async () => {
      const { firings } = await watchfire.firings({ automation: 'fires' });
      return (await watchfire.status()).behind === 0 ? firings[0]?.firing : null;
    });
    await worker.stop();
    return [`firings ${firing.id}`, `why ${firing.id}`, `render fires --firing ${firing.id}`];
  } finally {
    await watchfire.close();
  }
}

async function dumped(redis: Redis): Promise<Map<string, Buffer>> {
  const keys = (await redis.keys('*')).sort();
  return new Map(await Promise.all(keys.map(async (key) => [key, (await redis.dumpBuffer(key)) as Buffer] as const)));
}

async function restored(redis: Redis, whole: ReadonlyMap<string, Buffer>): Promise<void> {
  const pipeline = redis.pipeline().flushall();
  for (const [key, dump] of whole) pipeline.restore(key, 0, dump);
  await pipeline.exec();
}

/** Writes it over all that stands in a key, and adds it. */
async function spoiled(redis: Redis, key: string, rubbish: string): Promise<void> {
  switch (await redis.type(key)) {
    case 'string':
      await redis.set(key, rubbish);
      break;
    case 'hash':
      for (const field of [...(await redis.hkeys(key)), OBEYED]) await redis.hset(key, field, rubbish);
      break;
    case 'zset':
      for (const member of await redis.zrange(key, '0', '-1'))
        await redis.zadd(key, Number(rubbish) > 0 ? '+inf' : '-1', member);
      await redis.zadd(key, 0, rubbish);
      break;
    case 'set':
      await redis.sadd(key, rubbish);
      break;
    default:
      await spoiledStream(redis, key, rubbish);
  }
}

/** Entries as the last one, with rubbish in one field each, and in all. */
async function spoiledStream(redis: Redis, key: string, rubbish: string): Promise<void> {
  const [last] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
  const fields = last?.[1] ?? [];
  for (let at = 1; at < fields.length; at += 2) await redis.xadd(key, '*', ...fields.with(at, rubbish));
  await redis.xadd(key, '*', rubbish, rubbish);
}
