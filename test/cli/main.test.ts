import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { storeOf } from '../../src/redis/store.ts';
import { root } from '../house/tree.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { proxyToRedis } from '../support/proxy.ts';
import { testClient } from '../support/redis.ts';
import { ended, run, start } from './run.ts';

const VERBS = [
  ...[
    'start',
    'worker',
    'actions',
    'targets',
    'status',
    'doctor',
    'console',
    'audit',
    'erase',
    'init',
    'repartition',
    'settings',
    'config',
    'migrate',
    'apply',
    'list',
    'get',
    'enable',
    'disable',
    'shadow',
    'promote',
    'delete',
  ],
  ...[
    'send',
    'tail',
    'parked',
    'firings',
    'why',
    'explain',
    'history',
    'windows',
    'silence',
    'alerts',
    'deliveries',
    'budget',
    'dlq',
    'quotas',
    'check',
    'backtest',
    'simulate',
    'test',
    'render',
    'convert',
    'acl',
    'partition',
    'schema',
    'completion',
  ],
];

/** Nobody listens on this port, or only the superuser could. */
const NO_REDIS = 'redis://:secret@127.0.0.1:1';

describe('help', () => {
  test.each([['--help'], ['help'], ['-h']])('%s names all verbs', async (word) => {
    const { status, out, err } = await run([word]);
    expect({ status, err }).toEqual({ status: 0, err: [] });
    for (const verb of VERBS)
      expect(out).toContainEqual(expect.stringMatching(new RegExp(`^ {2}${verb}(\\|\\w+)? +\\w`)));
  });

  test.each(VERBS)('for %s has an example and the options of all verbs', async (verb) => {
    const { status, out, err } = await run([verb, '--help']);
    expect({ status, err }).toEqual({ status: 0, err: [] });
    const text = out.join('\n');
    expect(text).toMatch(new RegExp(`\\nExamples?.*:\\n +watchfire ${verb}`));
    expect(text).toMatch(/--redis <url>/);
    expect(text).toMatch(/--namespace <name>/);
    expect(await run(['help', verb])).toEqual({ status, out, err });
  });

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await run(['--version'])).toEqual({ status: 0, out: [version], err: [] });
  });
});

describe('a wrong command line', () => {
  test.each<[string[], RegExp]>([
    [['lst'], /^watchfire: unknown command 'lst' \(Did you mean list\?\)$/],
    [['list', '--colour'], /^watchfire: unknown option '--colour'$/],
    [['list', 'x'], /^watchfire: too many arguments/],
    [['list', '-o', 'xml'], /^watchfire: option .*'xml' is invalid\. Allowed choices are text, json\.$/],
    [['list', '-o'], /^watchfire: option '-o, --output <format>' argument missing$/],
    [['get'], /^watchfire: missing required argument 'automation'$/],
    [['apply'], /^watchfire: missing required argument 'file'$/],
    [
      ['list', '--redis', 'localhost:6379'],
      /^watchfire: --redis: must be a URL like redis:.* \(found "localhost:6379"\)$/,
    ],
    [['list', '--redis', 'redis://127.0.0.1:1/abc'], /^watchfire: --redis: must be a URL like redis:.*abc"\)$/],
    [['list', '--redis', 'redis://127.0.0.1:1/-1'], /^watchfire: --redis: must be a URL like redis:.*-1"\)$/],
    [
      ['list', '--redis', 'redis://:pa#ss@h:1'],
      /^watchfire: --redis: must be a URL like redis:.* \(found "h:1"\); in a user or password, write % as %25, .*# as %23/,
    ],
    [
      ['list', '--redis', 'redis://u:100%@h:1'],
      /^watchfire: --redis: must be a URL .* \(found "h:1"\); in a user .* % as %25/,
    ],
    [['list', '--redis', 'http://u:secret@x'], /^watchfire: --redis: must be a URL like redis:.* \(found "x"\)$/],
    [['list', '--namespace', 'a b'], /^watchfire: --namespace: must be 1 to 64 letters.* \(found "a b"\)$/],
    [['worker', '--chunk-size', 'many'], /^watchfire: --chunk-size: must be a whole number \(found "many"\)$/],
    [['worker', '--chunk-size', '0'], /^watchfire: --chunk-size: must be a whole number from 1 to 1000 \(found 0\)$/],
    [['worker', '--retention', 'soon'], /^watchfire: --retention: must be a duration like 24h \(found "soon"\)$/],
    [['worker', '--log-level', 'loud'], /^watchfire: --log-level: must be one of .* \(found "loud"\)$/],
  ])('%j ends with 2 and one sentence', async (argv, sentence) => {
    const { status, out, err } = await run(argv);
    expect({ status, out, lines: err.length }).toEqual({ status: 2, out: [], lines: 1 });
    expect(err[0]).toMatch(sentence);
  });

  test('without a verb shows help and ends with 2', async () => {
    const { status, out, err } = await run([]);
    expect({ status, out, first: err[0] }).toEqual({ status: 2, out: [], first: expect.stringMatching(/^Usage: /) });
  });

  test('a database that the server has not is refused, and not another one taken', async () => {
    const url = new URL(inject('redisUrl'));
    url.pathname = '/123456';
    for (const argv of [['list'], ['send', 'x', 'resource.id=r']]) {
      const { status, err } = await run(argv, { env: { REDIS_URL: url.href } });
      expect([status, err]).toEqual([1, [expect.stringMatching(/^watchfire: Redis at .*\/123456 refuses: ERR .*/)]]);
    }
  });

  test('a wrong REDIS_URL is called by its name', async () => {
    const { status, err } = await run(['list'], { env: { REDIS_URL: 'nonsense' } });
    expect({ status, err }).toEqual({
      status: 2,
      err: [expect.stringMatching(/^watchfire: REDIS_URL: must be a URL/)],
    });
  });
});

describe('a Redis that cannot be used', () => {
  const verbs = [['list'], ['get', 'x'], ['enable', 'x'], ['send', 'x', 'resource.id=r'], ['send', '-'], ['worker']];

  test.each(verbs)('is reported at once by %s, without the password', async (...argv) => {
    const { status, out, err } = await run([...argv, '--redis', NO_REDIS]);
    expect({ status, out, lines: err.length }).toEqual({ status: 1, out: [], lines: 1 });
    expect(err[0]).toMatch(
      /^watchfire: cannot reach Redis at redis:\/\/:\*\*\*@127\.0\.0\.1:1: nobody listens there; start one/,
    );
    expect(err[0]).not.toContain('secret');
  });

  async function listening(answer: string): Promise<string> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => undefined));
      // One answer for each command; they come several at a time.
      socket.on('data', (data) => socket.write(answer.repeat(String(data).match(/^\*/gm)?.length ?? 1)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test.each<[string, string, RegExp]>([
    ['says nothing', '', /takes connections and has not answered within 8 s: it is stopped, or busy/],
    ['is something else', 'HTTP/1.1 400 Bad Request\r\n\r\n', /what listens there is no Redis; start one/],
    [
      'wants a password',
      '-NOAUTH Authentication required.\r\n',
      /refuses: NOAUTH Authentication required\. \(give it in REDIS_URL or REDISCLI_AUTH; /,
    ],
    ['still loads its data', '-LOADING Redis is loading the dataset in memory\r\n', /refuses: LOADING/],
  ])('because it %s, is reported within seconds', async (_, answer, reason) => {
    const { status, err } = await run(['list', '--redis', await listening(answer)]);
    expect({ status, err }).toEqual({ status: 1, err: [expect.stringMatching(reason)] });
  });

  test('because it goes away, is reported', async () => {
    const proxy = await proxyToRedis();
    const namespace = freshNamespace({ permanent: ['events'] });
    const stop = new AbortController();
    async function* going(): AsyncGenerator<string> {
      yield '{"event":"x","resource":{"id":"r"}}\n';
      proxy.close();
      yield '{"event":"x","resource":{"id":"r"}}\n';
      // Asked for more, so both were taken: they wait for it to come back, until they are told to stop.
      setTimeout(() => stop.abort(), 50);
    }
    const argv = ['--namespace', namespace, 'send', '-', '--redis', proxy.url];
    const { status, out, err } = await run(argv, { stdin: going(), signal: stop.signal });
    expect({ status, out, err }).toEqual({
      status: 1,
      out: [expect.stringMatching(/^sent (0 events|1 event) in .* s/)],
      err: [
        expect.stringMatching(/^watchfire: lines [12] to 2 may or may not have been sent, those after them were not$/),
        'watchfire: stopped after line 2',
      ],
    });
  });
});

describe('verbose', () => {
  test.each([['-v'], ['--verbose']])('%s says where Redis is and how long it takes', async (word) => {
    const namespace = freshNamespace({ permanent: [] });
    const argv = ['list', '-o', 'json', '--namespace', namespace];
    const { status, out, err } = await run([...argv, word]);
    expect({ status, out }).toEqual({ status: 0, out: ['[]'] });
    expect(err).toEqual([
      expect.stringMatching(`^watchfire: connecting to redis://.* \\(by REDIS_URL\\), namespace ${namespace}$`),
      expect.stringMatching(/^watchfire: connected after \d+ ms$/),
      expect.stringMatching(/^watchfire: ended after \d+ ms$/),
    ]);
    expect((await run(argv)).err).toEqual([]);
  });

  test('no password is shown', async () => {
    const { err } = await run(['list', '-v', '--redis', NO_REDIS]);
    expect(err[0]).toBe('watchfire: connecting to redis://:***@127.0.0.1:1 (by --redis), namespace wf');
    expect(err.join()).not.toContain('secret');
  });
});

describe('as a process', () => {
  test('prints to stdout, complains to stderr and ends with its status', async () => {
    const namespace = freshNamespace({ permanent: [] });
    const [listed, wrong, failed] = await Promise.all([
      ended(start(['list', '-o', 'json', '--namespace', namespace])),
      ended(start(['lst'])),
      ended(start(['get', 'nobody', '--namespace', namespace])),
    ]);
    expect(listed).toEqual({ status: 0, out: ['[]'], err: [] });
    expect(wrong).toMatchObject({ status: 2, out: [] });
    expect(failed).toEqual({ status: 1, out: [], err: ['watchfire: there is no automation "nobody"'] });
  });

  test('shows where an error comes from only when asked to', async () => {
    const plain = await ended(start(['list', '--redis', NO_REDIS]));
    const debug = await ended(start(['list', '--redis', NO_REDIS], { WATCHFIRE_DEBUG: '1' }));
    expect([plain.status, plain.err.length]).toEqual([1, 1]);
    expect(debug.status).toBe(1);
    expect(debug.err.join('\n')).toMatch(/RedisUnreachable: .*\n +at .*\.ts:\d+/);
  });

  test.skipIf(process.platform !== 'linux')('hides a password among its arguments from other users', async () => {
    // Nothing comes of it until the file ends, which it never does.
    const child = start(['send', '--file', '-', '--redis', `redis://:s3cr3t@${new URL(inject('redisUrl')).host}`]);
    await eventually('its arguments are gone', () => {
      const seen = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
      return seen.startsWith('watchfire') && !seen.includes('s3cr3t');
    });
  });

  test('does not mind when nobody reads on', async () => {
    const child = start(['schema']);
    child.stdout?.destroy();
    const { status, err } = await ended(child);
    expect({ status, err }).toEqual({ status: 0, err: [] });
  });

  test('ends on SIGINT while it waits', async () => {
    const namespace = freshNamespace({ permanent: ['events'] });
    const { keys } = storeOf(namespace);
    const child = start(['send', '-', '--namespace', namespace]);
    child.stdin?.write('{"event": "a", "resource": {"id": "r"}}\n');
    await eventually('it has sent what there is', async () => (await testClient().xlen(keys.events)) === 1);
    child.kill('SIGINT');
    const { status, err } = await ended(child);
    expect({ status, err }).toEqual({ status: 1, err: ['watchfire: stopped after line 1'] });
  });
});
