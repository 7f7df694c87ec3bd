import { expect, test } from 'vitest';
import { lastDeadLetters } from '../../src/inspect/dead-letters.ts';
import { straighten } from '../../src/redis/steps/straighten.ts';
import { World } from '../support/world.ts';

const REASON = 'id: must not begin with "entry-" or "s-": the engine gives these ids';

/** In the server's time, as where others send. */
const live = () => new World({ live: true });

const event = (id: string | null, extra: object = {}): string[] => [
  'data',
  JSON.stringify({ ...(id !== null && { id }), event: 'x', resource: { id: 'r' }, ...extra }),
];

async function reasons(world: World): Promise<string[]> {
  return (await lastDeadLetters(world.redis, world.store, 10)).map(({ reason }) => reason.slice(0, REASON.length));
}

test.each(['entry-1772442000001-0', 'entry-', 's-0123', 's-'])(
  'an id that the engine gives (%s) is rejected',
  async (id) => {
    const world = live();
    await world.append(event(id));
    expect(await world.drain()).toEqual(['rejected']);
    expect(await reasons(world)).toEqual([REASON]);
  },
);

test.each(['Entry-1', 'entry', 's', 'S-1', 'x-entry-1'])('any other id (%s) is taken', async (id) => {
  const world = live();
  await world.append(event(id));
  expect(await world.drain()).toEqual(['applied']);
});

test('ids that the engine gave are taken where recorded events are applied in virtual time', async () => {
  const world = new World();
  await world.append(event('entry-1772442000000-0'));
  await world.append(event('s-0123'));
  expect(await world.drain()).toEqual(['applied', 'applied']);
});

test('an event without an id follows one by the id of its entry', async () => {
  const world = live();
  const leader = await world.append(event(null));
  await world.append(event('f', { follows: `entry-${leader}` }));
  expect(await world.drain()).toEqual(['applied', 'applied']);
});

test.each([{}, { follows: 'nobody' }])(
  'an event that was sent under an id of the future does not stand in the way of the one that gets it (%j)',
  async (extra) => {
    const world = live();
    const [s] = await world.redis.time();
    const soon = `${Number(s) * 1_000 + 8_000}-0`;
    await world.redis.xadd(world.store.keys.events, soon, ...event(null, extra));
    while ((await straighten(world.redis, world.store)).word === 'more');
    expect(await world.drain()).toEqual(['applied']);
    // As some seconds later: the position has come so far that this id is one of the present.
    await world.redis.set(world.store.keys.position, `${Number(s) * 1_000 + 4_000}-0`);
    await world.redis.xadd(world.store.keys.events, soon, ...event(null));
    expect(await world.drain()).toEqual(['applied']);
  },
);
