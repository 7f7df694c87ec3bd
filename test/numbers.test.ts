import { expect, test } from 'vitest';
import { type TriggeredAction, wholeFiring } from '../src/index.ts';
import { parseExact } from '../src/model/exact.ts';
import { engine } from './support/engine.ts';
import { eventually } from './support/eventually.ts';
import { testClient } from './support/redis.ts';

const NUMBERS = '{"n":12345678901234567890,"big":1e400,"zero":-0}';

test('numbers of a payload stand in the jobs as they were sent, also of composites and state-change events', async () => {
  const watchfire = engine();
  const { keys } = watchfire.store;
  const child = (event: string): object => ({ posture: 'Reactive', expect: [event] });
  const both = { type: 'compound', require: 'all', within: 60, triggers: [child('x'), child('y')] };
  const queue = (name: string): object => ({ type: 'queue', queue: name });
  await watchfire.put({
    id: 'A',
    name: 'a',
    trigger: both,
    actions: [queue('plain')],
    actions_on_trigger: [queue('change')],
  } as never);
  await watchfire.startWorker();
  const redis = testClient();
  for (const name of ['x', 'y']) {
    const data = `{"event":"${name}","resource":{"id":"r"},"payload":${NUMBERS}}`;
    await redis.xadd(keys.events, '*', 'data', data);
  }
  const jobs = await eventually('both jobs are there', async () => {
    const { firings } = await watchfire.firings();
    const id = firings[0]?.firing.id;
    const texts = await Promise.all(
      ['plain', 'change'].map((name, i) => redis.hget(`${watchfire.queuePrefix}:${name}:f-${id}-${i}`, 'data')),
    );
    return texts.every((text) => text !== null) ? texts : null;
  });
  const told = (text: string): number => text.split(`"payload":${NUMBERS}`).length - 1;
  for (const text of jobs) {
    // Each of the two events stands once.
    expect(told(text ?? '')).toBe(2);
    // The firing's own, and those of its two children.
    expect(told(JSON.stringify(wholeFiring(parseExact(text ?? '', 'data') as TriggeredAction)))).toBe(3);
  }
  const [found] = (await watchfire.firings()).firings;
  expect(JSON.stringify(found?.firing.event?.payload)).toBe(NUMBERS);
});
