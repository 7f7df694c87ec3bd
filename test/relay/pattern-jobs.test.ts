import { expect, test } from 'vitest';
import { parseAutomation } from '../../src/model/automation.ts';
import { parseFiring, stateChangeEvent } from '../../src/model/firing.ts';
import { jobsOf } from '../../src/relay/jobs.ts';
import { World } from '../support/world.ts';

const document = {
  id: 'a',
  name: 'A',
  trigger: {
    expect: ['x'],
    threshold: 2,
    within: 60,
    collect: 2,
    resolve: { on: ['ok'] },
    remind: 100,
    remind_limit: 1,
  },
  actions: [{ type: 'ring' }],
};

test('a job has the events of its window, and a reminder its number', async () => {
  const world = new World();
  await world.put(document);
  await world.meet('x', { id: 'x1' });
  await world.at(1).meet('x', { id: 'x2' });
  await world.at(200).settle();
  const entries = await world.redis.xrange(world.store.keys.firings, '-', '+');
  const firings = entries.map(([, fields]) => parseFiring(fields));
  const jobs = firings.flatMap((firing) => jobsOf(firing, parseAutomation(document)));
  expect(
    jobs.map(({ data: { firing } }) => [
      firing.reminder,
      firing.events_counted,
      firing.triggering_events?.map(({ id }) => id),
    ]),
  ).toEqual([
    [undefined, 2, ['x1', 'x2']],
    [1, undefined, undefined],
  ]);
  expect(firings.map((firing) => stateChangeEvent(firing, 0).payload.reminder)).toEqual([undefined, 1]);
});

test('a job of a trigger without such keys has none of it', async () => {
  const world = new World();
  await world.put({ ...document, trigger: { expect: ['x'] } });
  await world.meet('x');
  const [entry] = await world.redis.xrange(world.store.keys.firings, '-', '+');
  const [job] = jobsOf(parseFiring(entry?.[1] ?? []), parseAutomation({ ...document, trigger: { expect: ['x'] } }));
  expect(Object.keys(job?.data.firing ?? {})).not.toContain('triggering_events');
});
