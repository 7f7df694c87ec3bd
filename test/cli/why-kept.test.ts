import { expect, test } from 'vitest';
import { passGate } from '../../src/redis/steps/pass-gate.ts';
import { ms, World } from '../support/world.ts';
import { runIn } from './run.ts';

test('why and firings say what became of each action: by whom it was kept back and why, and by which job it goes out', async () => {
  const world = await World.claimed();
  const group = { type: 'notify', target: 'ops', group: {} };
  const actions = [{ type: 'queue', queue: 'mail' }, group, { type: 'log', message: 'x' }];
  await world.put({ id: 'A', name: 'the automation', trigger: { expect: ['x'], for_each: ['id'] }, actions });
  await world.meet('x');
  const [firing] = await world.firings();
  const [entry] = await world.redis.xrange(world.store.keys.firings, '-', '+');
  const id = String(firing?.id);
  const call = {
    firing: id,
    entry: String(entry?.[0]),
    bytes: 1,
    automation: 'A',
    revision: 1,
    labels: '{}',
    now: ms(0),
  };
  await passGate(world.redis, world.store, {
    call,
    plan: {
      shares: [
        { actions: [0], what: 'silenced', counted: false, mark: { silence: 's-1', by: 'ana', why: 'deployment' } },
        { actions: [1], what: 'grouped', counted: false, group: { by: '[]', wait_ms: 1, max_ms: 1 } },
        {
          actions: [2],
          what: 'held',
          counted: false,
          mark: { till: ms(60), why: 'outside the active hours of action 2' },
        },
      ],
    },
  });
  const cli = runIn(world.namespace);
  const said = [
    'action 0 silenced at 2026-03-02T09:00:00.000Z, by ana: deployment',
    `action 1 grouped at 2026-03-02T09:00:00.000Z, in the job g-${id}-1`,
    'action 2 held at 2026-03-02T09:00:00.000Z, until 2026-03-02T09:01:00.000Z: outside the active hours of action 2',
  ];
  const why = (await cli(['why', id])).out.join('\n');
  const whole = (await cli(['firings', id])).out.join('\n');
  for (const sentence of said) {
    expect(why).toContain(sentence);
    expect(whole).toContain(sentence);
  }
  expect(why).toMatch(new RegExp(`notify in queue deliveries, g-${id}-1: not in its queue`));
  expect(why).not.toContain(`f-${id}-0`);
  const json = JSON.parse((await cli(['why', `g-${id}-1`, '-o', 'json'])).out.join('\n'));
  expect(json.asked).toBe(`g-${id}-1`);
  expect(json.outcome).toMatchObject([{ what: 'silenced' }, { what: 'grouped' }, { what: 'held' }]);
  expect(json.jobs).toMatchObject([{ id: `g-${id}-1` }]);
});
