import { expect, inject, test } from 'vitest';
import { RedisUnreachable, simulate } from '../src/index.ts';
import { rejection } from './support/engine.ts';

const resource = { id: 'customer.7' };

test('a program runs a scenario in virtual time, and nothing is left of it', async () => {
  const answer = await simulate(
    {
      name: 'an order that is not paid',
      automations: [
        {
          id: 'a',
          name: 'unpaid',
          trigger: { posture: 'Proactive', after: ['placed'], expect: ['paid'], within: '15m' },
        },
      ],
      timeline: [
        { at: '2026-03-02T09:00:00Z', event: { event: 'placed', resource } },
        { at: '2026-03-02T09:15:00Z', tick: true },
      ],
    },
    { redis: inject('adminUrl') },
  );
  expect(answer).toMatchObject({ firings: [{ automation: 'a', triggered: '2026-03-02T09:15:00.000Z' }] });
});

test('an event with 500 related resources is applied, and each of them is looked at', async () => {
  const related = Array.from({ length: 500 }, (_, i) => ({ id: `item.${i}`, role: i === 499 ? 'last' : 'item' }));
  const trigger = { match_related: { role: 'last', id: 'item.499' }, for_each: ['related:last:id'] };
  const answer = await simulate(
    {
      name: 'a large order',
      automations: [{ id: 'a', name: 'A', trigger }],
      timeline: [{ at: '2026-03-02T09:00:00Z', event: { event: 'placed', resource, related } }],
    },
    { redis: inject('adminUrl') },
  );
  expect(answer).toMatchObject({ firings: [{ automation: 'a', labels: { 'related:last:id': 'item.499' } }] });
});

test('an automation in error is an answer, and a server that is away an error', async () => {
  const scenario = {
    name: 'wrong',
    automations: [{ id: 'a', name: 'A', trigger: { posture: 'Reactive' as const, within: 'soon' as '1s' } }],
    timeline: [],
  };
  const answer = await simulate(scenario, { redis: inject('adminUrl') });
  expect(answer).toHaveProperty('invalid', expect.stringMatching(/^trigger\.within: /));
  expect(answer).toHaveProperty('place', 'automations[0]');
  expect(await rejection(simulate(scenario, { redis: 'redis://127.0.0.1:1' }))).toBeInstanceOf(RedisUnreachable);
});

test('what a program can do about an address is said in words of a program', async () => {
  const scenario = { name: 'nothing', timeline: [] };
  const wrong = new URL(inject('adminUrl'));
  wrong.username = 'nobody';
  wrong.password = 'wrong';
  const refused = await rejection(simulate(scenario, { redis: wrong.href }));
  expect(refused).toHaveProperty('message', expect.stringMatching(/WRONGPASS.*redis: 'redis:\/\/:PASSWORD@host:port'/));
  const away = await rejection(simulate(scenario, { redis: 'redis://127.0.0.1:1' }));
  expect(away).toHaveProperty('message', expect.stringContaining("or give another as redis: 'redis://:PASSWORD@"));
  for (const error of [refused, away]) expect(String(error)).not.toMatch(/REDIS_URL|REDISCLI_AUTH|--redis/);
});

test.each(['1970-03-02T09:00:00.000Z', '2190-03-02T09:00:00.000Z'])(
  'no id is set straight in virtual time, and ids that the engine gave are taken (%s)',
  async (at) => {
    const answer = await simulate(
      {
        name: 'another time',
        automations: [{ id: 'a', name: 'A', trigger: { expect: ['placed'] } }],
        timeline: [
          { at, event: { id: 'entry-1772442000000-0', event: 'placed', resource } },
          { at, event: { id: 's-00ff', event: 'placed', resource } },
        ],
      },
      { redis: inject('adminUrl') },
    );
    expect(answer).toMatchObject({ firings: [{ triggered: at }, { triggered: at, event: 's-00ff' }] });
  },
);
