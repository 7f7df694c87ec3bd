import { expect, test } from 'vitest';
import { type Watchfire, WrongFormat } from '../../src/index.ts';
import { FORMAT, keysOf } from '../../src/redis/keys.ts';
import { runIn } from '../cli/run.ts';
import { restoreDump } from '../support/dump.ts';
import { engine, reactive, rejection } from '../support/engine.ts';
import { freshNamespace, keysIn } from '../support/namespace.ts';
import { adminClient } from '../support/redis.ts';

const SENTENCE =
  /was written by Watchfire 0\.1\.0 .* stop its workers, then "watchfire migrate" leads it over; or let the workers of that version run until its "watchfire status" shows that nothing waits.* \(--namespace\)/;

/** Every key of a namespace with what `DUMP` says of its value. */
async function contentsOf(namespace: string): Promise<Record<string, string>> {
  const redis = adminClient();
  const keys = await keysIn(redis, namespace);
  const values = await Promise.all(keys.map((key) => redis.dumpBuffer(`{${namespace}}:${key}`)));
  return Object.fromEntries(keys.map((key, i) => [key, values[i]?.toString('base64') ?? '']));
}

/** A namespace of version 0.1.0 whose keys all stay, and an engine of this version on it. */
async function dumped(): Promise<Watchfire> {
  const namespace = freshNamespace({ permanent: ['*'] });
  const admin = adminClient();
  await restoreDump(admin, '0.1.0.json.gz', namespace);
  // What has a time to live could go while the test looks.
  for (const key of await keysIn(admin, namespace)) await admin.persist(`{${namespace}}:${key}`);
  return engine({ namespace });
}

test('state of version 0.1.0 is refused by all that would read or write it, with how to drain it, and stays as it is', async () => {
  const watchfire = await dumped();
  const { namespace } = watchfire.settings;
  const cli = runIn(namespace);
  const before = await contentsOf(namespace);
  const refused: Record<string, () => Promise<unknown>> = {
    worker: () => watchfire.startWorker(),
    put: () => watchfire.put(reactive('a')),
    delete: () => watchfire.delete('replaced'),
    enable: () => watchfire.enable('replaced'),
    list: () => watchfire.list(),
    quotas: () => watchfire.quotas(),
    setQuotas: () => watchfire.setQuotas({ windows: 1 }),
    status: () => watchfire.status(),
    windows: () => watchfire.windows(),
    firings: () => watchfire.firings(),
    deadLetters: () => watchfire.deadLetters(),
    redrive: () => watchfire.redrive('all'),
    purge: () => watchfire.purge('all'),
  };
  for (const [name, act] of Object.entries(refused)) {
    const error = await rejection(act());
    expect(error, name).toBeInstanceOf(WrongFormat);
    expect(error, name).toMatchObject({
      code: 'WRONG_FORMAT',
      writer: 'older',
      message: expect.stringMatching(SENTENCE),
    });
  }
  for (const argv of [
    ['worker'],
    ['firings'],
    ['windows'],
    ['dlq', 'ls'],

    ['list'],

    ['quotas', '--reset'],
    ['disable', 'replaced'],
  ]) {
    const { status, err } = await cli(argv);
    expect([status, err], argv.join(' ')).toEqual([1, [expect.stringMatching(SENTENCE)]]);
  }
  expect(await contentsOf(namespace)).toEqual(before);
});

test('status and doctor say that the state is of version 0.1.0 as what is wrong', async () => {
  const { namespace } = (await dumped()).settings;
  const cli = runIn(namespace);
  const status = await cli(['status']);
  expect(status).toMatchObject({ status: 1, out: [expect.stringMatching(/^NOT HEALTHY: /)], err: [] });
  expect(status.out[0]).toMatch(SENTENCE);
  const json = await cli(['status', '-o', 'json']);
  expect([json.status, JSON.parse(json.out.join(''))]).toEqual([
    1,
    {
      healthy: false,
      problems: [expect.stringMatching(SENTENCE)],
      error: { code: 'WRONG_FORMAT', message: expect.stringMatching(SENTENCE) },
    },
  ]);
  const before = await contentsOf(namespace);
  const doctor = await cli(['doctor']);
  expect(doctor.status).toBe(1);
  expect(doctor.out).toContainEqual(expect.stringMatching(/^BAD {6}format .*0\.1\.0/));
  expect(doctor.out.filter((line) => /^\S+ +(workers|log|quotas) /.test(line))).toEqual([]);
  expect(doctor.out.join(' ')).toMatch(SENTENCE);
  expect(await contentsOf(namespace)).toEqual(before);
});

test('state of a later version is refused with the advice to use that one', async () => {
  const watchfire = engine();
  const { format } = keysOf(watchfire.settings.namespace);
  await watchfire.connections.redis.set(format, '99');
  const sentence = /a later version \(format 99\), and this version reads format \d+ only: use the later version$/;
  for (const act of [() => watchfire.startWorker(), () => watchfire.put(reactive('a')), () => watchfire.list()]) {
    expect(await rejection(act())).toMatchObject({
      code: 'WRONG_FORMAT',
      writer: 'newer',
      message: expect.stringMatching(sentence),
    });
  }
});

test('what was refused is taken when the old keys are removed, without a new engine', async () => {
  const watchfire = engine();
  const { keys } = watchfire.store;
  const { redis } = watchfire.connections;
  await redis.set(keys.generation, '1');
  await rejection(watchfire.list());
  await redis.del(keys.generation);
  expect(await watchfire.list()).toEqual([]);
  expect(await redis.exists(keys.format)).toBe(0);
  await watchfire.put(reactive('a'));
  expect(await redis.get(keys.format)).toBe(FORMAT);
});

test('events may be sent before any worker or definition was there', async () => {
  const watchfire = engine();
  await watchfire.emit({ event: 'x', resource: { id: 'r' } });
  await watchfire.put(reactive('a'));
  await watchfire.startWorker();
  expect(await watchfire.list()).toHaveLength(1);
});
