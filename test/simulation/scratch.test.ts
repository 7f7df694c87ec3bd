import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { withScratch } from '../../src/cli/scratch.ts';
import { Misuse } from '../../src/cli/verb.ts';
import { ask } from '../../src/embedded/probe.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { newRun, removeEndedRuns, runLives } from '../../src/redis/namespace.ts';
import { Scratch } from '../../src/simulation/scratch.ts';
import type { ScratchEngine } from '../../src/simulation/scratch-engine.ts';
import { scratchServer } from '../../src/simulation/scratch-server.ts';
import { rejection } from '../support/engine.ts';
import { testClient } from '../support/redis.ts';

const START_MS = Date.UTC(2026, 2, 2, 9);
const MINUTE_MS = 60_000;

const unpaid = parseAutomation({
  id: 'unpaid',
  name: 'Unpaid',
  trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], for_each: ['id'], within: '15m' },
});
const placed = { event: 'placed', resource: { id: 'order.1' } };

async function openScratch(): Promise<Scratch> {
  const scratch = await Scratch.open({ url: inject('adminUrl') }, new AbortController().signal);
  onTestFinished(() => scratch.close());
  return scratch;
}

async function prepared(scratch: Scratch): Promise<ScratchEngine> {
  const engine = scratch.engine('a', START_MS);
  await engine.prepare();
  await engine.put(unpaid);
  return engine;
}

async function keysOfScratch(): Promise<string[]> {
  const keys: string[] = [];
  for await (const some of testClient().scanStream({ match: '{scratch-*' })) keys.push(...(some as string[]));
  return keys;
}

test('an engine in virtual time decides a deadline when time is moved there, and its keys are removed', async () => {
  const scratch = await openScratch();
  const engine = await prepared(scratch);
  expect(await engine.send(placed)).toBeNull();
  engine.moveTo(START_MS + 15 * MINUTE_MS - 1);
  await engine.tick();
  expect(await engine.drain()).toEqual([]);
  engine.moveTo(START_MS + 15 * MINUTE_MS);
  await engine.tick();
  expect(await engine.drain()).toMatchObject([{ automation: 'unpaid', labels: { id: 'order.1' } }]);
  expect(await engine.drain()).toEqual([]);
  const { namespace } = engine.store;
  expect((await keysOfScratch()).filter((key) => key.startsWith(`{${namespace}}`))).not.toEqual([]);
  await scratch.remove('');
  expect((await keysOfScratch()).filter((key) => key.startsWith(`{${namespace}}`))).toEqual([]);
});

test('entries of a log are applied under their own ids, and the words of the decisions come out', async () => {
  const words: string[] = [];
  const scratch = await openScratch();
  const engine = scratch.engine('b', START_MS, { observe: (_, applied) => void words.push(...applied.words.flat()) });
  await engine.prepare({ tellsAll: false });
  await engine.put(unpaid);
  engine.moveTo(START_MS + 16 * MINUTE_MS);
  await engine.replay([
    { id: `${START_MS}-7`, fields: ['data', JSON.stringify({ ...placed, id: 'e1' })] },
    { id: `${START_MS + 16 * MINUTE_MS}-0`, fields: ['data', JSON.stringify({ ...placed, event: 'paid', id: 'e2' })] },
  ]);
  expect((await engine.drain()).map(({ state, event }) => [state, event?.id])).toEqual([
    ['Triggered', 'e1'],
    ['Resolved', 'e2'],
  ]);
  expect(words).not.toEqual([]);
});

test('what a run left behind that was killed goes with the next one, and what is alive stays', async () => {
  const redis = testClient();
  const [dead, alive] = [newRun(), newRun()];
  await redis.set(`{${dead}-1}:events`, 'x', 'EX', 60);
  await redis.set(`{${alive}-1}:events`, 'x', 'EX', 60);
  await runLives(redis, alive);
  const own = await Scratch.open({ url: inject('adminUrl') }, new AbortController().signal);
  await own.close();
  expect(await redis.exists(`{${dead}-1}:events`)).toBe(0);
  expect(await redis.exists(`{${alive}-1}:events`)).toBe(1);
  await removeEndedRuns(redis, alive);
  expect(await redis.exists(`{${alive}-1}:events`, `{${alive}}:alive`)).toBe(0);
});

test('without an address a private server is started, and it is gone afterwards', async () => {
  const server = await scratchServer(undefined, '--scratch URL');
  onTestFinished(() => server.stop());
  const { port, hostname, password } = new URL(server.url);
  expect(hostname).toBe('127.0.0.1');
  expect(await ask(Number(port), password)).toMatchObject({ kind: 'redis' });
  expect(await ask(Number(port))).toEqual({ kind: 'locked' });
  await server.stop();
  expect(await ask(Number(port))).toEqual({ kind: 'nobody' });
});

test('where no server can be started it says how to get one, and installs nothing', async () => {
  vi.stubEnv('PATH', '');
  const io = { env: { CI: '1' }, signal: new AbortController().signal };
  const error = await rejection(withScratch({}, io, async () => expect.unreachable('there is no server')));
  expect(error).toBeInstanceOf(Misuse);
  expect(error).toHaveProperty('message', expect.stringMatching(/no Redis server.*[Ii]nstall.*--scratch URL/));
});

test('an address that is none is refused by its option', async () => {
  const io = { env: {}, signal: new AbortController().signal };
  const error = await rejection(withScratch({ scratch: 'here' }, io, async () => undefined));
  expect(error).toHaveProperty('message', expect.stringMatching(/^--scratch: must be a URL/));
});
