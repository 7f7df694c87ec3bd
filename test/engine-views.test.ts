import { expect, test } from 'vitest';
import type { LiveHeard, Recorded } from '../src/index.ts';
import { parseAutomation } from '../src/model/automation.ts';
import { putDefinition } from '../src/redis/definitions.ts';
import { engine, reactive } from './support/engine.ts';
import { eventually } from './support/eventually.ts';

const failed = { event: 'order.failed', resource: { id: 'customer.7' } };

test('a program sees what the command line shows: status, windows, firings, dead letters, queues', async () => {
  const watchfire = engine();
  await watchfire.put(reactive('a'));
  const trigger = { posture: 'Proactive', after: ['order.*'], expect: ['order.paid'], within: '1h' };
  await watchfire.put(reactive('w', { trigger }));
  const worker = await watchfire.startWorker();
  await watchfire.emit({ ...failed, id: 'e1' });
  await watchfire.connections.redis.xadd(watchfire.store.keys.events, '*', 'event', 'x');
  await eventually('all is applied and relayed', async () => {
    const { dead, unrelayed, firings } = await watchfire.status();
    return dead === 1 && firings === 1 && unrelayed === 0;
  });
  expect(await watchfire.status()).toMatchObject({ behind: 0, automations: 2, workers: [{ id: worker.id }] });
  expect(await watchfire.windows()).toMatchObject({ total: 1, windows: [{ kind: 'event', automation: 'w' }] });
  expect(await watchfire.windows({ automation: 'a' })).toEqual({ total: 0, windows: [] });
  const { firings, end, searched } = await watchfire.firings({ automation: 'a' });
  expect([firings.length, firings[0]?.firing.event?.id, searched]).toEqual([1, 'e1', null]);
  expect(await watchfire.endOfLedger()).toBe(end);
  const [letter, ...others] = await watchfire.deadLetters({ limit: 5 });
  expect([letter?.source, others, await watchfire.deadLetters(1)]).toEqual(['events', [], [letter]]);
  expect(await watchfire.deadLetter(letter?.id ?? '')).toEqual(letter);
  expect(await watchfire.deadLetter('1-0')).toBeNull();
  expect((await watchfire.queueDepths(['actions'])).get('actions')).toMatchObject({ waiting: 1 });
  expect(await watchfire.names(['a', 'gone'])).toEqual(new Map([['a', 'Automation a']]));
  expect(await watchfire.purge({ olderThanMs: 60_000 })).toBe(0);
  expect((await watchfire.diagnose()).find(({ name }) => name === 'workers')).toMatchObject({ grade: 'ok' });
});

test('a program sees what a key keeps beside its window', async () => {
  const watchfire = engine();
  const sliding = { threshold: 9, within: '1h', window: 'sliding', distinct: 'payload.ip', collect: 3 };
  await watchfire.put(reactive('s', { trigger: { posture: 'Reactive', expect: ['order.failed'], ...sliding } }));
  await watchfire.startWorker();
  for (const ip of ['10.0.0.1', '10.0.0.2']) await watchfire.emit({ ...failed, payload: { ip } });
  await eventually('both are applied', async () => {
    const [window] = (await watchfire.windows()).windows;
    return window?.kind === 'event' && window.window?.count === 2;
  });
  const { windows } = await watchfire.windows();
  const kept = { quietUntil: null, lateBefore: null, values: ['10.0.0.1', '10.0.0.2'], collected: 2 };
  expect(windows).toMatchObject([{ automation: 's', counts: 'distinct', threshold: 9, kept }]);
});

test('a program follows the ledger and what workers do until it has enough', async () => {
  const watchfire = engine();
  await watchfire.put(reactive('a'));
  const notes: LiveHeard[] = [];
  const deafen = await watchfire.listen((more) => void notes.push(...more));
  await watchfire.startWorker();
  const after = await watchfire.endOfLedger();
  expect(after).toBe('0-0');
  const enough = new AbortController();
  const seen: Recorded[] = [];
  const followed = (async () => {
    for await (const firings of watchfire.followFirings(after, enough.signal)) seen.push(...firings);
  })();
  await eventually('a worker tells what it does', async () => {
    await watchfire.emit(failed);
    return notes.some(({ kind }) => kind === 'event');
  });
  await eventually('the ledger is followed', () => seen.length > 0);
  enough.abort();
  await followed;
  deafen();
  expect(seen[0]?.firing.automation).toBe('a');
});

test('a program learns what automations that wait for its name make of an event', async () => {
  const watchfire = engine();
  const trigger = { posture: 'Reactive', expect: ['x'] } as const;
  const asked = { ...trigger, match: { id: 'r' } };
  await watchfire.put({ id: 'a', name: 'a', trigger: asked });
  await watchfire.put({ id: 'b', name: 'b', trigger: asked, enabled: false });
  await watchfire.put({ id: 'c', name: 'c', trigger: { type: 'sequence', triggers: [asked, asked] } });
  await watchfire.put({ id: 'd', name: 'd', trigger: { ...trigger, expect: ['y'] } });
  const conditional = { ...trigger, expect: [{ event: 'x', where: 'payload.n == 1', match: { id: 'q' } }] };
  const e = parseAutomation({ id: 'e', name: 'e', trigger: conditional });
  await putDefinition(watchfire.connections.redis, watchfire.store, e);
  const whyOf = async (id: string, more: object, only?: string): Promise<string[]> => {
    const { entry } = await watchfire.emit({ event: 'x', resource: { id }, ...more });
    const reasons = await watchfire.reasons(only);
    return ((await reasons.of([entry])).get(entry) ?? []).map(({ automation, why }) => `${automation} ${why}`);
  };
  expect(await whyOf('r', {})).toEqual(['a wanted', 'b disabled', 'c wanted', 'e labels']);
  expect(await whyOf('r', { cause_chain: ['a'] })).toEqual(['a causes', 'b disabled', 'c wanted', 'e labels']);
  expect(await whyOf('q', { payload: { n: 1 } })).toEqual(['e wanted', 'a labels', 'b labels', 'c labels']);
  expect(await whyOf('q', {})).toEqual(['e condition', 'a labels', 'b labels', 'c labels']);
  expect(await whyOf('other', {}, 'c')).toEqual(['c labels']);
  expect(await whyOf('r', { event: 'z' })).toEqual([]);
  expect(await (await watchfire.reasons()).of(['1-0'])).toEqual(new Map());
});
