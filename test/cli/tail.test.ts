import { expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import type { AutomationDocument } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { freshNamespace } from '../support/namespace.ts';
import { privateRedis } from '../support/private-redis.ts';
import { testClient } from '../support/redis.ts';
import { ENGINE_KEYS, World } from '../support/world.ts';
import { runIn } from './run.ts';

const automation: AutomationDocument = {
  id: 'A',
  name: 'every x',
  trigger: { posture: 'Reactive', expect: ['x'] },
  actions: [{ type: 'queue', queue: 'mail', name: 'tell' }],
};

/** A running worker, and a `tail` that has been noticed by it. */
async function tailing(format: string, ...more: string[]) {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const redis = testClient();
  const watchfire = new Watchfire({ redis, namespace });
  onTestFinished(() => watchfire.close());
  await watchfire.put(automation);
  await watchfire.startWorker();
  const lines: string[] = [];
  const stop = new AbortController();
  const running = runIn(namespace)(['tail', '-o', format, ...more], {
    signal: stop.signal,
    onOut: (line) => void lines.push(line),
  });
  await eventually('a worker has noticed', async () => {
    await watchfire.emit({ event: 'hello', resource: { id: 'r' } });
    return lines.length > 0;
  });
  const finish = (): typeof running => {
    stop.abort();
    return running;
  };
  return { watchfire, redis, lines, finish };
}

test('people see an event with its word, then what it caused, line by line', async () => {
  const { watchfire, lines, finish } = await tailing('text');
  const from = lines.length;
  await watchfire.emit({ event: 'x', resource: { id: 'customer.7' } });
  await eventually('the job is shown', () => lines.some((line) => line.includes('  job')));
  const { status, err } = await finish();
  expect({ status, err }).toEqual({ status: 0, err: [expect.stringMatching(/^watchfire: watching \{.*\} at redis:/)] });
  const told = lines.slice(from).filter((line) => !line.includes('hello'));
  expect(told.map((line) => line.replace(/^[\d:.]+Z {2}/, ''))).toEqual([
    'event      x customer.7  fired every x',
    'FIRED      every x  by x customer.7',
    expect.stringMatching(/^job {8}tell in queue mail {2}every x {2}f-[0-9a-f]{32}-0$/),
  ]);
});

test('a job that is delayed says how long it waits', async () => {
  const { watchfire, lines, finish } = await tailing('text');
  const later = { type: 'page', schedule_after: '25h30m' } as const;
  await watchfire.put({ ...automation, id: 'B', trigger: { posture: 'Reactive', expect: ['y'] }, actions: [later] });
  await watchfire.emit({ event: 'y', resource: { id: 'customer.7' } });
  await eventually('it says so', () => lines.some((line) => line.includes('page in queue actions, in 1d1h30m  ')));
  await finish();
});

test('programs get an object in each line', async () => {
  const { watchfire, redis, lines, finish } = await tailing('json');
  await watchfire.emit({ id: 'e1', event: 'x', resource: { id: 'customer.7' } });
  await redis.xadd(watchfire.store.keys.events, '*', 'event', 'x');
  const told = (): Record<string, unknown>[] => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  await eventually('the job is shown', () => told().some(({ kind }) => kind === 'job'));
  await eventually('the rejection is shown', () => told().some(({ outcome }) => outcome === 'rejected'));
  await finish();
  const decisions = [{ automation: 'A', trigger: '', word: 'fired' }];
  expect(told()).toContainEqual(expect.objectContaining({ kind: 'event', id: 'e1', outcome: 'applied', decisions }));
  expect(told()).toContainEqual(
    expect.objectContaining({
      kind: 'firing',
      automation: 'A',
      triggering_event: expect.objectContaining({ id: 'e1' }),
    }),
  );
  expect(told()).toContainEqual(expect.objectContaining({ kind: 'job', queue: 'mail', name: 'tell' }));
  expect(told()).toContainEqual(expect.objectContaining({ outcome: 'rejected', reason: 'resource: is required' }));
});

test('only what was asked for is shown', async () => {
  const { watchfire, lines, finish } = await tailing('text', '--event', 'h*', '--resource', 'r');
  await watchfire.emit({ event: 'x', resource: { id: 'r' } });
  await watchfire.emit({ event: 'hi', resource: { id: 'other' } });
  await watchfire.emit({ event: 'hi', resource: { id: 'r' } });
  await eventually('the last one is shown', () => lines.some((line) => line.includes('hi r')));
  await finish();
  expect(lines.filter((line) => !line.includes('hello r'))).toEqual([expect.stringContaining('hi r')]);
});

test('of one automation, the events of its names that it did not want are shown with the reason', async () => {
  const { watchfire, lines, finish } = await tailing('text', '--event', '*');
  const trigger = { posture: 'Reactive', expect: ['x'], match: { region: 'eu' } } as const;
  await watchfire.put({ id: 'B', name: 'x of eu', trigger });
  const other: string[] = [];
  const stop = new AbortController();
  const running = runIn(watchfire.settings.namespace)(['tail', '--automation', 'x of eu'], {
    signal: stop.signal,
    onOut: (line) => void other.push(line.replace(/^[\d:.]+Z {2}/, '')),
  });
  const send = (id: string, region: string, more = {}) =>
    watchfire.emit({ id, event: 'x', resource: { id, region }, ...more });
  await eventually('it is heard', async () => {
    await send(`first-${other.length}`, 'eu');
    return other.some((line) => line.includes('fired'));
  });
  const from = other.length;
  await send('e1', 'us');
  await send('e2', 'eu', { follows: 'e0' });
  await watchfire.disable('B');
  await send('e3', 'eu');
  await watchfire.emit({ event: 'y', resource: { id: 'e4' } });
  await eventually('all are seen', () => lines.some((line) => line.includes('y e4')));
  await eventually('the last of its own is seen', () => other.some((line) => line.includes('x e3')));
  stop.abort();
  await running;
  await finish();
  expect(other.slice(from).filter((line) => !line.includes('first-'))).toEqual([
    'event      x e1  x of eu does not want its labels',
    expect.stringMatching(/^parked {5}x e2 {2}waits for e0$/),
    'event      x e3  x of eu is disabled',
  ]);
  const all = lines.map((line) => line.replace(/^[\d:.]+Z {2}/, ''));
  expect(all).toContain('event      y e4  no automation waits for its name');
  expect(all).toContain('event      x e3  fired every x · x of eu is disabled');
});

test('what an engine of the same name does in another database of the server is not heard', async () => {
  const server = await privateRedis();
  const engines = ['0', '3'].map((db) => new Watchfire({ redis: `${server.url}/${db}`, namespace: 'n' }));
  onTestFinished(async () => void (await Promise.all(engines.map((engine) => engine.close()))));
  const heard = ['', ''];
  for (const [i, engine] of engines.entries()) {
    await engine.startWorker();
    await engine.listen((notes) => {
      heard[i] += JSON.stringify(notes);
    });
  }
  const emitAll = () => Promise.all(engines.map((one, i) => one.emit({ event: `of-${i}`, resource: { id: 'r' } })));
  await eventually('each hears its own', async () => {
    await emitAll();
    return heard[0]?.includes('of-0') && heard[1]?.includes('of-1');
  });
  expect([heard[0]?.includes('of-1'), heard[1]?.includes('of-0')]).toEqual([false, false]);
});

test('an automation that is renamed is shown under its new name from then on', async () => {
  const { watchfire, lines, finish } = await tailing('text');
  const fired = (name: string) =>
    eventually('the word is shown', () => lines.some((line) => line.endsWith(`fired ${name}`)));
  await watchfire.emit({ event: 'x', resource: { id: 'r' } });
  await fired('every x');
  await watchfire.put({ ...automation, name: 'each x' });
  await watchfire.emit({ event: 'x', resource: { id: 'r' } });
  await fired('each x');
  await finish();
});

test('since a time, the firings of then come first', async () => {
  const world = await World.claimed();
  await world.put(automation);
  for (const [at, id] of [
    [0, 'before'],
    [10, 'then'],
    [20, 'after'],
  ] as const)
    await world.at(at).meet('x', { id, resource: id });
  const lines: string[] = [];
  const stop = new AbortController();
  const running = runIn(world.namespace)(['tail', '--automation', 'every x', '--since', '2026-03-02 09:00:10'], {
    signal: stop.signal,
    onOut: (line) => void lines.push(line),
  });
  await eventually('both are shown', () => lines.length === 2);
  stop.abort();
  expect((await running).status).toBe(0);
  expect(lines).toEqual([expect.stringMatching(/FIRED .*by x then$/), expect.stringMatching(/FIRED .*by x after$/)]);
});

test('an automation that is not there, and a time that is none, are errors', async () => {
  const cli = runIn(freshNamespace({ permanent: ['format'] }));
  const err = ['watchfire: there is no automation "nobody"'];
  expect(await cli(['tail', '--automation', 'nobody'])).toEqual({ status: 1, out: [], err });
  expect((await cli(['tail', '--since', 'noon'])).status).toBe(2);
});

test('a listener that has gone is forgotten', async () => {
  const { watchfire, redis, finish } = await tailing('text');
  await finish();
  // Redis hears of a connection that was closed when it comes to look.
  await eventually('nobody listens', async () => {
    const [, listeners] = await redis.pubsub('NUMSUB', watchfire.store.keys.live);
    return listeners === 0;
  });
});
