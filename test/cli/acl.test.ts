import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { ROLES, type Role } from '../../src/redis/acl.ts';
import { prefixesOf } from '../../src/redis/keys.ts';
import { freshNamespace } from '../support/namespace.ts';
import { privateRedis } from '../support/private-redis.ts';
import { adminClient } from '../support/redis.ts';
import { run } from './run.ts';

async function folder(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

describe('watchfire acl', () => {
  test('prints a line for each role, with a place for the password that Redis does not take as it is', async () => {
    const { status, out, err } = await run(['acl', '--namespace', 'shop']);
    expect({ status, err }).toEqual({ status: 0, err: [] });
    expect(out.map((line) => line.split(' ')[2])).toEqual(ROLES.map((role) => `shop-${role}`));
    for (const line of out) expect(line).toMatch(/^ACL SETUSER \S+ reset -@all .* on #SHA256-OF-ITS-PASSWORD$/);
    const [, , ...rest] = (out[1] ?? '').split(' ');
    const admin = adminClient();
    await expect(admin.acl('SETUSER', ...(rest as [string]))).rejects.toThrow(/password hash must be exactly 64/);
    expect(await admin.acl('GETUSER', 'shop-worker')).toBeNull();
  });

  test('gives each its own random password, in lines that make users who can log in', async () => {
    const prefix = `${freshNamespace({ permanent: [] })}-`;
    const file = path.join(await folder(), 'users');
    const argv = ['acl', '--namespace', 'shop', '--user-prefix', prefix, '--passwords', file, '-o', 'json'];
    const { out } = await run(argv);
    expect(out).toEqual([]);
    const users = JSON.parse(await readFile(file, 'utf8')) as {
      user: string;
      role: Role;
      rules: string[];
      password: string;
    }[];
    expect(users.map(({ role }) => role)).toEqual([...ROLES, 'admin']);
    expect(new Set(users.map(({ password }) => password)).size).toBe(ROLES.length + 1);
    const admin = adminClient();
    for (const { user, role, rules, password } of users) {
      expect(user).toBe(prefix + role);
      expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
      await admin.acl('SETUSER', user, ...(rules as [string]), 'on', `>${password}`);
      onTestFinished(async () => void (await adminClient().acl('DELUSER', user)));
      const url = new URL(inject('adminUrl'));
      url.username = user;
      url.password = password;
      const redis = new Redis(url.href, { maxRetriesPerRequest: 0 });
      onTestFinished(() => redis.disconnect());
      expect(await redis.ping()).toBe('PONG');
    }
  });

  test('writes passwords to a new file that nobody else reads, as redis-cli takes it', async () => {
    const server = await privateRedis();
    const file = path.join(await folder(), 'users');
    const { status, out, err } = await run(['acl', '--namespace', 'shop', '--passwords', file]);
    expect({ status, out }).toEqual({ status: 0, out: [] });
    expect(err).toEqual([`watchfire: wrote 6 users with their passwords to ${file}, which only you can read`]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    for (const line of text.trimEnd().split('\n')) {
      const [acl = '', ...words] = [...line.matchAll(/"([^"]+)"|(\S+)/g)].map(
        ([, quoted, bare]) => quoted ?? bare ?? '',
      );
      expect(await server.redis.call(acl, ...words)).toBe('OK');
    }
    const stranger = new Redis(server.url, {
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      enableReadyCheck: false,
    });
    stranger.on('error', () => undefined);
    onTestFinished(() => stranger.disconnect());
    await expect(stranger.ping()).rejects.toThrow(/NOAUTH/);
    const [, password = ''] = /shop-admin .* >(\S+)$/m.exec(text) ?? [];
    const admin = new Redis(server.port, '127.0.0.1', { username: 'shop-admin', password, maxRetriesPerRequest: 0 });
    onTestFinished(() => admin.disconnect());
    expect(await admin.acl('WHOAMI')).toBe('shop-admin');
    const again = await run(['acl', '--passwords', file]);
    expect([again.status, again.err.join('\n')]).toEqual([2, expect.stringContaining('is there already')]);
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  test('limits a consumer to the queues that are named', async () => {
    const namespace = freshNamespace({ permanent: [] });
    const { out } = await run(['acl', '--namespace', namespace, '-o', 'json', '--queue', 'mail', 'odd*[name]']);
    const users = JSON.parse(out.join('\n')) as { role: Role; rules: string[] }[];
    const { rules = [] } = users.find(({ role }) => role === 'consumer') ?? {};
    const admin = adminClient();
    const name = `${namespace}-consumer`;
    await admin.acl('SETUSER', name, ...(rules as [string]), 'on', 'nopass');
    onTestFinished(async () => void (await adminClient().acl('DELUSER', name)));
    const { bull } = prefixesOf(namespace);
    const tried = async (queue: string) => String(await admin.acl('DRYRUN', name, 'LLEN', `${bull}:${queue}:wait`));
    expect([await tried('mail'), await tried('odd*[name]')]).toEqual(['OK', 'OK']);
    for (const queue of ['billing', 'mailbox', 'oddxn']) expect(await tried(queue)).not.toBe('OK');
    expect(users.filter(({ role }) => role !== 'consumer').flatMap((user) => user.rules)).not.toContain(
      `~${bull}:mail:*`,
    );
  });

  test.each([
    [[], []],
    [['--fsync'], ['+waitaof']],
    [['--fsync', 'waitaof'], ['+waitaof']],
    [['--fsync', 'always'], ['+config|get']],
  ])('with %j lets those who write %j, and nobody else', async (argv, rules) => {
    const users = JSON.parse((await run(['acl', '-o', 'json', ...argv])).out.join('\n')) as { rules: string[] }[];
    const given = users.map((user) => user.rules.filter((rule) => ['+waitaof', '+config|get'].includes(rule)));
    expect(given).toEqual([rules, rules, rules, [], []]);
  });

  test.each([
    [['--user-prefix', 'a b'], /^watchfire: --user-prefix: must be letters.* \(found "a b"\)$/],
    [['--queue', 'a b'], /^watchfire: --queue: must be the name of a queue.* \(found "a b"\)$/],
    [['--namespace', '*'], /^watchfire: --namespace: must be/],
  ])('refuses %s', async (argv, sentence) => {
    const { status, err } = await run(['acl', ...argv]);
    expect([status, err.join('\n')]).toEqual([2, expect.stringMatching(sentence)]);
  });
});
