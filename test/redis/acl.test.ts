import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Queue, Worker } from 'bullmq';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import type { AutomationDocument } from '../../src/index.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { ROLES, type Role, rulesOf } from '../../src/redis/acl.ts';
import { prefixesOf } from '../../src/redis/keys.ts';
import { run } from '../cli/run.ts';
import { root, sourceFiles } from '../house/tree.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { adminClient } from '../support/redis.ts';
import { restrictedUser } from '../support/restricted.ts';

/** The commands a role may call, as in `xinfo|groups`, whatever the keys. */
function commandsOf(role: Role): Set<string> {
  const all = rulesOf(role, 'n').flatMap((rule) => rule.replace(/[()]/g, '').split(' '));
  return new Set(all.filter((rule) => rule.startsWith('+')).map((rule) => rule.slice(1)));
}

/** Commands that a Lua text calls, with the subcommands of those that have some. */
function calledIn(text: string): string[] {
  const calls = text.matchAll(/(?:redis\.p?call|rcall)\(([^)]*)/g);
  return [...calls].flatMap(([, called = '']) => {
    const [, command = '', , subcommand = ''] = /^(?:.* and )?["'](\w+)["'](,\s*["'](\w+)["'])?/.exec(called) ?? [];
    const other = /or ["'](\w+)["']/.exec(called)?.[1];
    const name = command.toLowerCase();
    const full = ['xinfo', 'xgroup', 'script'].includes(name) ? `${name}|${subcommand.toLowerCase()}` : name;
    return [full, ...(other === undefined ? [] : [other.toLowerCase()])].filter((known) => known !== '');
  });
}

const BULL_SCRIPTS = path.join(root, 'node_modules/bullmq/dist/cjs/scripts');
const bullScripts = readdirSync(BULL_SCRIPTS).filter((file) => /-\d+\.js$/.test(file));
const textOf = (file: string): string => readFileSync(path.join(BULL_SCRIPTS, file), 'utf8');

describe('the commands', () => {
  test('that the scripts call are all allowed to a worker', () => {
    const called = sourceFiles(['lua'], '.lua').flatMap(({ text }) => calledIn(text));
    expect(called.length).toBeGreaterThan(100);
    const allowed = commandsOf('worker');
    expect([...new Set(called)].filter((command) => !allowed.has(command))).toEqual([]);
  });

  test('that BullMQ calls where jobs are added are all allowed to a worker', () => {
    const adding = bullScripts.filter((file) => /^(add(Standard|Delayed|Prioritized)Job|getCounts)-/.test(file));
    expect(adding).toHaveLength(4);
    const allowed = commandsOf('worker');
    expect(adding.flatMap((file) => calledIn(textOf(file))).filter((command) => !allowed.has(command))).toEqual([]);
  });

  test('that BullMQ calls in any of its scripts for queues are all allowed to a consumer', () => {
    const called = bullScripts.filter((file) => !file.startsWith('relay')).flatMap((file) => calledIn(textOf(file)));
    expect(called.length).toBeGreaterThan(300);
    const allowed = commandsOf('consumer');
    expect([...new Set(called)].filter((command) => !allowed.has(command))).toEqual([]);
  });

  test.each(ROLES)(
    'allowed to a %s are neither dangerous nor those of an administrator, but for INFO',
    async (role) => {
      const redis = adminClient();
      const [dangerous, admin] = await Promise.all([redis.acl('CAT', 'dangerous'), redis.acl('CAT', 'admin')]);
      const forbidden = new Set([...(dangerous as string[]), ...(admin as string[])]);
      expect([...commandsOf(role)].filter((command) => forbidden.has(command))).toEqual(['info']);
    },
  );
});

const OURS = 'one';
const OTHERS = 'two';

describe('what a user may do', () => {
  const may: [Role, string[]][] = [
    ['producer', ['XADD {n}:events * event x', 'XLEN {n}:events', 'XINFO GROUPS {n}:events']],
    ['worker', ['SET {n}:position 1-0', 'HSET {n}:limits windows 1', 'LPUSH {n}:bull:q:wait 1', 'PUBLISH {n}:live x']],
    ['actions', ['SET {n}:position 1-0', 'BZPOPMIN {n}:bull:deliveries:marker 1', 'ZADD {n}:carried 1 a']],
    ['viewer', ['HGETALL {n}:counters', 'XRANGE {n}:events - +', 'LLEN {n}:bull:q:wait', 'SUBSCRIBE {n}:live']],
    ['consumer', ['BZPOPMIN {n}:bull:q:marker 1', 'HSET {n}:bull:q:1 a b']],
  ];
  const mayNot: [Role, string[]][] = [
    ['producer', ['XRANGE {n}:events - +', 'XREAD STREAMS {n}:events 0', 'XDEL {n}:events 1-0', 'DEL {n}:events']],
    ['producer', ['XADD {n}:firings * a b', 'XADD {n}:dead * a b', 'GET {n}:position', 'PUBLISH {n}:live x']],
    ['viewer', ['SET {n}:position 1-0', 'XADD {n}:events * a b', 'DEL {n}:counters', 'PUBLISH {n}:live x']],
    ['viewer', ['XACK {n}:events engine 1-0', 'XREADGROUP GROUP engine c STREAMS {n}:events >', 'EVAL x 0']],
    ['consumer', ['GET {n}:position', 'XADD {n}:events * a b', 'XADD {n}:firings * a b', 'HGETALL {n}:automations']],
  ];
  const never = [
    ...['KEYS *', 'SCAN 0', 'FLUSHALL', 'FLUSHDB', 'CONFIG GET *', 'CONFIG SET a b', 'DEBUG SLEEP 1', 'SCRIPT FLUSH'],
    ...['FUNCTION FLUSH', 'MONITOR', 'SHUTDOWN', 'REPLICAOF no one', 'CLIENT KILL TYPE normal', 'CLIENT LIST', 'SAVE'],
    ...['ACL LIST', 'ACL WHOAMI', 'SWAPDB 0 1', 'MIGRATE h 1 k 0 1', 'RESTORE {n}:x 0 y', 'SLOWLOG GET', 'MODULE LIST'],
    ...['RANDOMKEY', 'DBSIZE', 'OBJECT ENCODING {n}:events', 'SORT {n}:due', 'EVAL_RO x 0', 'FCALL f 0', 'DUMP {n}:x'],
  ];

  /** The answer of `ACL DRYRUN` for each command: OK, or why not. */
  async function tried(role: Role, commands: readonly string[], namespace: string): Promise<string[]> {
    const admin = adminClient();
    const user = await restrictedUser(inject('adminUrl'), role, OURS);
    try {
      const words = commands.map((command) => command.replaceAll('{n}', `{${namespace}}`).split(' '));
      return await Promise.all(
        words.map(async (parts) => String(await admin.acl('DRYRUN', user.name, ...(parts as [string])))),
      );
    } finally {
      await user.remove();
    }
  }

  test.each(may)('%s: %s', async (role, commands) => {
    expect(await tried(role, commands, OURS)).toEqual(commands.map(() => 'OK'));
  });

  test.each(mayNot)('%s: none of %s', async (role, commands) => {
    expect((await tried(role, commands, OURS)).filter((answer) => answer === 'OK')).toEqual([]);
  });

  test.each(ROLES)('a %s nothing that concerns the server or others', async (role) => {
    const answers = await tried(role, never, OURS);
    expect(never.filter((_, i) => answers[i] === 'OK')).toEqual([]);
  });

  test.each(may)('%s: none of it in another namespace', async (role, commands) => {
    expect((await tried(role, commands, OTHERS)).filter((answer) => answer === 'OK')).toEqual([]);
  });
});

/** A namespace and the URL of a user of it. */
async function userOf(role: Role, namespace = freshNamespace({ permanent: ['*'] })): Promise<[string, string]> {
  const user = await restrictedUser(inject('adminUrl'), role, namespace);
  onTestFinished(() => user.remove());
  return [namespace, user.url];
}

function engine(redis: string, namespace: string): Watchfire {
  const watchfire = new Watchfire({ redis, namespace });
  onTestFinished(() => watchfire.close());
  return watchfire;
}

const event = { event: 'order.failed', resource: { id: 'customer.7' } };
const automation: AutomationDocument = {
  id: 'A',
  name: 'failures',
  trigger: { posture: 'Reactive', expect: ['order.failed'] },
  actions: [{ type: 'queue', queue: 'mail', opts: { attempts: 1 } }],
};

describe('with their own users', () => {
  test('events go all the way from a producer to a consumer', async () => {
    const [namespace, worker] = await userOf('worker');
    const [, producer] = await userOf('producer', namespace);
    const [, consumer] = await userOf('consumer', namespace);
    const operator = engine(worker, namespace);
    await operator.put(automation);
    await operator.startWorker();
    await engine(producer, namespace).emit(event);
    const done: string[] = [];
    const { bull } = prefixesOf(namespace);
    const attempts: number[] = [];
    const jobs = new Worker(
      'mail',
      async (job) => {
        attempts.push(job.attemptsMade);
        if (attempts.length === 1) throw new Error('once more');
        done.push(job.name);
      },
      { connection: { url: consumer, maxRetriesPerRequest: null }, prefix: bull },
    );
    onTestFinished(() => jobs.close());
    await eventually('the job has failed', () => attempts.length === 1);
    const queue = new Queue('mail', { connection: { url: consumer }, prefix: bull });
    onTestFinished(() => queue.close());
    const failed = await eventually('it is kept', async () => (await queue.getFailed())[0]);
    await failed.retry();
    await eventually('it is done the second time', () => done.length === 1);
    await queue.add('own', {}, { delay: 10, priority: 2, attempts: 2, backoff: 5 });
    await eventually('so is a delayed one of its own', () => done.length === 2);
    await eventually('both are counted', async () => (await queue.getJobCounts('completed')).completed === 2);
    await queue.obliterate({ force: true });
  });

  test('engines of one namespace get nothing of another one', async () => {
    const [, mine] = await userOf('worker');
    const [theirs] = await userOf('worker');
    const intruder = engine(mine, theirs);
    await expect(intruder.put(automation)).rejects.toThrow(/^NOPERM/);
    await expect(intruder.list()).rejects.toThrow(/^NOPERM/);
    await expect(intruder.emit(event)).rejects.toThrow(/^NOPERM/);
    await expect(intruder.startWorker()).rejects.toThrow(/^NOPERM/);
    expect(await adminClient().exists(`{${theirs}}:events`, `{${theirs}}:automations`)).toBe(0);
  });

  test('a viewer sees all there is on the command line, and can change nothing', async () => {
    const [namespace, worker] = await userOf('worker');
    const [, viewer] = await userOf('viewer', namespace);
    const operator = engine(worker, namespace);
    await operator.put(automation);
    await operator.startWorker();
    await operator.emit(event);
    const admin = adminClient();
    await eventually('it has fired', async () => (await admin.xlen(operator.store.keys.firings)) === 1);
    const seen = (...argv: string[]) => run(['--namespace', namespace, ...argv], { env: { REDIS_URL: viewer } });
    for (const verb of [['list'], ['get', 'A'], ['firings'], ['windows'], ['status', '--engine-only'], ['dlq', 'ls']]) {
      expect(await seen(...verb), verb.join(' ')).toMatchObject({ status: 0 });
    }
    await operator.disable('A');
    expect(await operator.drops([{ id: 'A', automation: parseAutomation(automation) }])).toHaveLength(1);
    for (const verb of [
      ['disable', 'A'],
      ['delete', 'A'],
      ['send', 'x', 'resource.id=r'],
    ]) {
      const { status, err } = await seen(...verb);
      expect([verb[0], status, err.join(' ')]).toEqual([verb[0], 1, expect.stringMatching(/NOPERM/)]);
    }
  });
});

test('with partitions the users reach the keys of all of them, and no other namespace', () => {
  for (const role of ROLES) {
    const rules = rulesOf(role, 'n', { partitions: true }).join(' ');
    if (role !== 'consumer') expect(rules).toMatch(/~\{n\.\[0-9\]\*\}:(?:events|\*)/);
    expect(rules).not.toContain('{n*}');
  }
  expect(rulesOf('producer', 'n', { partitions: true })).toContain('(+get %R~{n}:format)');
  expect(rulesOf('worker', 'n').join(' ')).not.toContain('{n.');
});
