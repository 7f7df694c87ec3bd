import { setImmediate as turn } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { signOfLife } from '../../src/redis/heartbeat.ts';
import { ENGINE_GROUP, keysOf } from '../../src/redis/keys.ts';
import { ensureGroup } from '../../src/redis/log.ts';
import { storeOf } from '../../src/redis/store.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { proxyToRedis } from '../support/proxy.ts';
import { testClient } from '../support/redis.ts';
import { type Around, type Ran, runIn } from './run.ts';

type Shop = {
  redis: Redis;
  cli: (argv: readonly string[], around?: Around) => Promise<Ran>;
  log: () => Promise<[string, unknown][]>;
  /** Removes all entries, as if they had been applied and were too old. */
  empty: () => Promise<number>;
};

/** A log, and as long as the test runs a worker that is alive but takes nothing. */
function shop(): Shop {
  const namespace = freshNamespace({ permanent: ['events'] });
  const redis = testClient();
  const store = storeOf(namespace, () => null);
  const worker = { id: 'w', generation: '0', paused: [], atMs: Date.now() };
  const attended = Promise.all([
    ensureGroup(redis, store.keys.events, ENGINE_GROUP),
    signOfLife(redis, store, worker).then(() => redis.pexpire(`${store.prefixes.worker}w`, 600_000)),
  ]);
  const log = async (): Promise<[string, unknown][]> => {
    const entries = await redis.xrange(keysOf(namespace).events, '-', '+');
    return entries.map(([id, [field, value = '']]) => {
      expect(field).toBe('data');
      return [id, JSON.parse(value)];
    });
  };
  const empty = (): Promise<number> => redis.xtrim(keysOf(namespace).events, 'MAXLEN', 0);
  const cli = async (argv: readonly string[], around?: Around): Promise<Ran> => {
    await attended;
    return await runIn(namespace)(argv, around);
  };
  return { redis, cli, log, empty };
}

describe('one event', () => {
  test('is sent with the fields that XADD takes', async () => {
    const { cli, log } = shop();
    const fields = [
      'resource.id=customer.7',
      'related.0.id=o=9',
      'related.0.role=order',
      'payload.total=12',
      'payload.a.b=x',
    ];
    const { status, out, err } = await cli(['send', 'order.failed', 'id=e1', ...fields]);
    const [[entry, document] = ['', {}]] = await log();
    expect({ status, out, err }).toEqual({ status: 0, out: [`sent e1 at ${entry}`], err: [] });
    expect(document).toEqual({
      id: 'e1',
      event: 'order.failed',
      resource: { id: 'customer.7' },
      related: [{ id: 'o=9', role: 'order' }],
      payload: { total: 12, a: { b: 'x' } },
    });
  });

  test('without an id gets one', async () => {
    const { cli, log } = shop();
    const { out } = await cli(['send', 'x', 'resource.id=r', '-o', 'json']);
    const [[entry, document] = ['', {}]] = await log();
    expect(JSON.parse(out.join('\n'))).toEqual({ id: (document as { id: string }).id, entry });
  });

  test.each<[string[], number, RegExp]>([
    [['x'], 1, /^watchfire: resource: is required$/],
    [['x', 'resource.id='], 1, /^watchfire: resource\.id: must not be empty$/],
    [['x', 'resource.id=r', 'resource.id=s'], 1, /^watchfire: resource\.id: is given twice \(found "s"\)$/],
    [
      ['x', 'resource.id=r', 'colour=red'],
      1,
      /^watchfire: colour: unknown field; as a label it is resource.colour \(found "red"\)$/,
    ],
    [['x', 'resource.id=r', 'related.0=1'], 1, /^watchfire: related\.0: unknown field \(found "1"\)$/],
    [
      ['x', 'resource.id=r', `payload.text=${'x'.repeat(1_500_000)}`],
      1,
      /^watchfire: data: must have at most 1500000 bytes$/,
    ],
    [['x', 'resource.id'], 2, /^watchfire: send: fields are written key=value \(found "resource\.id"\)$/],
    [['x', '=r'], 2, /key=value/],
    [[], 2, /^watchfire: send: give the name of an event, or --file$/],
    [['x', '--file', '-'], 2, /^watchfire: send: give an event or --file, not both/],
    [['--file', '/nowhere'], 2, /^watchfire: cannot read \/nowhere: ENOENT/],
  ])('case %#: what is wrong enters nothing', async (argv, status, sentence) => {
    const { cli, log } = shop();
    const ran = await cli(['send', ...argv]);
    expect({ status: ran.status, out: ran.out, lines: ran.err.length }).toEqual({ status, out: [], lines: 1 });
    expect(ran.err[0]).toMatch(sentence);
    expect(await log()).toEqual([]);
  });
});

describe('a file of events', () => {
  const event = (n: number): string =>
    JSON.stringify({ id: `e${n}`, event: 'x', resource: { id: 'r' }, payload: { n } });

  test('of one event is counted as one', async () => {
    const { out } = await shop().cli(['send', '--file', '-'], { stdin: event(1) });
    expect(out).toEqual([expect.stringMatching(/^sent 1 event in /)]);
  });

  test('is sent whole and in its order', async () => {
    const { cli, log } = shop();
    const count = 3_000;
    const stdin = Array.from({ length: count }, (_, n) => `${event(n)}\n`);
    const { status, out, err } = await cli(['send', '--file', '-'], { stdin });
    expect({ status, err }).toEqual({ status: 0, err: [] });
    expect(out).toEqual([expect.stringMatching(/^sent 3000 events in \d+\.\d s \(\d+ events\/s\), 0 rejected$/)]);
    const ids = (await log()).map(([, document]) => (document as { id: string }).id);
    expect(ids).toEqual(Array.from({ length: count }, (_, n) => `e${n}`));
  });

  test('goes on after lines that are rejected, tells the first twenty and ends with 1', async () => {
    const { cli, log } = shop();
    const bad = Array.from({ length: 25 }, (_, n) => `{"event":"x","resource":{"id":${n}}}`);
    const stdin = [event(1), '', ...bad, 'nope', event(2)].join('\n');
    const { status, out, err } = await cli(['send', '-', '-o', 'json'], { stdin });
    expect(status).toBe(1);
    expect(err).toEqual([
      ...Array.from({ length: 20 }, (_, n) => `watchfire: line ${n + 3}: resource.id: must be a string (found ${n})`),
      'watchfire: … and 6 more lines were rejected',
    ]);
    expect(JSON.parse(out.join('\n'))).toEqual({ lines: 29, sent: 2, rejected: 26, seconds: expect.any(Number) });
    expect((await log()).map(([, document]) => (document as { id: string }).id)).toEqual(['e1', 'e2']);
  });

  test.each<[string, (events: string) => string | Buffer]>([
    ['a JSON list', (events) => `[\n${events}\n]\n`],
    ["Prefect's answer", (events) => `{"events": [${events}], "total": 2, "next_page": null}`],
    ['a list in UTF-16', (events) => Buffer.from(`\ufeff[${events}]`, 'utf16le')],
  ])('may be %s', async (_, form) => {
    const { cli, log } = shop();
    const stdin = form([event(1), '{"event":"x"}', event(2)].join(',\n'));
    const { status, out, err } = await cli(['send', '-', '-o', 'json'], { stdin: [stdin] });
    expect({ status, err }).toEqual({ status: 1, err: ['watchfire: event 2: resource: is required'] });
    expect(JSON.parse(out.join('\n'))).toEqual({ lines: 3, sent: 2, rejected: 1, seconds: expect.any(Number) });
    expect((await log()).map(([, document]) => (document as { id: string }).id)).toEqual(['e1', 'e2']);
  });

  test('in lines may be UTF-16 too', async () => {
    const { cli, log } = shop();
    const stdin = [Buffer.from(`\ufeff${event(1)}\r\n${event(2)}\r\n`, 'utf16le')];
    expect(await cli(['send', '-'], { stdin })).toMatchObject({ status: 0, err: [] });
    expect(await log()).toHaveLength(2);
  });

  test('that is a list and ends early is sent as far as it goes, and named', async () => {
    const { cli, log } = shop();
    const { status, err } = await cli(['send', '-'], { stdin: `[${event(1)},{"event":` });
    expect({ status, err }).toEqual({
      status: 1,
      err: ['watchfire: the list of events ends early: its last bracket is missing'],
    });
    expect(await log()).toHaveLength(1);
  });

  test('may hold CloudEvents', async () => {
    const { cli, log } = shop();
    const cloudEvent = { specversion: '1.0', id: '1', source: '/s', type: 't' };
    expect((await cli(['send', '-'], { stdin: JSON.stringify(cloudEvent) })).status).toBe(0);
    expect((await log()).map(([, document]) => document)).toEqual([cloudEvent]);
  });

  test('ends at once when it is stopped while nothing comes', async () => {
    const { cli, log } = shop();
    const stop = new AbortController();
    async function* slow(): AsyncGenerator<string> {
      yield `${event(1)}\n`;
      stop.abort();
      await new Promise(() => undefined);
    }
    const { status, err } = await cli(['send', '-'], { stdin: slow(), signal: stop.signal });
    expect({ status, err }).toEqual({
      status: 1,
      err: [expect.stringMatching(/^watchfire: stopped after line [01]$/)],
    });
    expect((await log()).length).toBeLessThanOrEqual(1);
  });

  test('lives through a lost connection without losing a line', async () => {
    const { cli, log } = shop();
    const proxy = await proxyToRedis();
    async function* disturbed(): AsyncGenerator<string> {
      for (let n = 0; n < 300; n += 1) {
        if (n === 100) {
          await turn();
          proxy.hold();
        }
        if (n === 200) {
          await eventually('the lines before are in the log', async () => (await log()).length >= 200);
          proxy.cut();
        }
        yield `${event(n)}\n`;
      }
    }
    const { status, out } = await cli(['send', '-', '-o', 'json', '--redis', proxy.url], { stdin: disturbed() });
    expect(status).toBe(0);
    expect(JSON.parse(out.join('\n'))).toMatchObject({ lines: 300, sent: 300, rejected: 0 });
    // An append whose answer was lost is sent again; by its id the engine knows the second one for a duplicate.
    const ids = (await log()).map(([, document]) => (document as { id: string }).id);
    expect(ids.length).toBeGreaterThan(300);
    expect([...new Set(ids)]).toEqual(Array.from({ length: 300 }, (_, n) => `e${n}`));
  });
});

describe('an engine that is full', () => {
  const events = (count: number): string[] =>
    Array.from({ length: count }, (_, n) => `{"id":"e${n}","event":"x","resource":{"id":"r"}}\n`);

  test('takes no event, and the line says when to come back', async () => {
    const { cli, log } = shop();
    await cli(['send', '-'], { stdin: events(3) });
    const { status, out, err } = await cli(['send', 'x', 'resource.id=r', '--max-backlog', '3']);
    expect({ status, out }).toEqual({ status: 1, out: [] });
    expect(err).toEqual([
      'watchfire: 3 events are not applied yet, the bound is 3, and no worker applies any, so nothing was added; try again in 5.0 s',
    ]);
    expect(await log()).toHaveLength(3);
  });

  test('ends a file with --no-wait, and the lines that were not sent are named', async () => {
    const { cli, log } = shop();
    await cli(['send', '-'], { stdin: events(3) });
    const { status, out, err } = await cli(['send', '-', '--no-wait', '--max-backlog', '3'], { stdin: events(5) });
    expect(status).toBe(1);
    expect(out).toEqual([expect.stringMatching(/^sent 0 events/)]);
    expect(err[0]).toMatch(/^watchfire: lines 1 to \d were not sent, nor those after them$/);
    expect(err[1]).toMatch(/^watchfire: 3 events are not applied yet/);
    expect(await log()).toHaveLength(3);
  });

  test('is waited for with a file, which says so once and goes on by itself', async () => {
    const { cli, log, empty } = shop();
    await cli(['send', '-'], { stdin: events(3) });
    const said = Promise.withResolvers<void>();
    const onErr = (line: string): void => {
      if (line.startsWith('watchfire: waiting: 3 events are not applied yet')) said.resolve();
    };
    const running = cli(['send', '-', '--max-backlog', '3'], { stdin: events(5), onErr });
    await said.promise;
    await empty();
    const { status, out, err } = await running;
    expect({ status, lines: err.length }).toEqual({ status: 0, lines: 1 });
    expect(out).toEqual([expect.stringMatching(/^sent 5 events/)]);
    expect(await log()).toHaveLength(5);
  });

  test('which may have taken it all the same is given the id to send it again with', async () => {
    const { cli, log } = shop();
    const unsure = ['send', 'x', 'resource.id=r', '--durability', 'replicated', '--durability-timeout', '0.01s'];
    const { status, err } = await cli([...unsure, '--min-replicas', '100']);
    const [entry] = await log();
    expect(status).toBe(1);
    const id = /, with id=(\S+) so that it counts once$/.exec(err[0] ?? '')?.[1];
    expect(JSON.stringify(entry)).toContain(String(id));
  });

  test.each([
    [['--max-backlog', 'many'], /^watchfire: --max-backlog: must be a whole number \(found "many"\)$/],
    [['--max-memory-ratio', '2'], /^watchfire: --max-memory-ratio: /],
    [['--durability', 'eternal'], /^watchfire: option '--durability <mode>' argument 'eternal' is invalid/],
    [['--durability-timeout', 'soon'], /^watchfire: --durability-timeout: must be a duration like 24h/],
    [['--min-replicas', '0'], /^watchfire: --min-replicas: /],
  ])('%j is no bound', async (argv, sentence) => {
    const { cli } = shop();
    const { status, err } = await cli(['send', 'x', 'resource.id=r', ...argv]);
    expect(status).toBe(2);
    expect(err[0]).toMatch(sentence);
  });
});
