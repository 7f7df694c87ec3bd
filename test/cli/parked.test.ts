import { expect, test } from 'vitest';
import { iso, World } from '../support/world.ts';
import { runIn } from './run.ts';

test('events that wait for the one they follow are shown with it, and until when they wait', async () => {
  const world = await World.claimed();
  await world.at(0).meet('order.paid', { id: 'e2', resource: 'order.1', follows: 'e1' });
  await world.at(5).meet('order.sent', { id: 'e3', resource: 'order.1', follows: 'e2' });
  const cli = runIn(world.namespace);
  const { out } = await cli(['events', 'parked', '-o', 'json']);
  const first = { id: 'e2', event: 'order.paid', resource: 'order.1', follows: 'e1', since: iso(0), until: iso(900) };
  expect(JSON.parse(out.join('\n'))).toEqual([
    first,
    { ...first, id: 'e3', event: 'order.sent', follows: 'e2', since: iso(5), until: iso(905) },
  ]);
  const text = await cli(['parked', '--limit', '1'], { columns: 80 });
  expect(text.out).toEqual([
    expect.stringMatching(/^EVENT +RESOURCE +ID +WAITS FOR .*UNTIL$/),
    expect.stringMatching(/^order\.paid +order\.1 +e2 +e1 .*2026-03-02 09:15:00Z, \S+ ago$/),
  ]);
  expect(text.err).toContain('watchfire: 1 of 2; see more with --limit');
  expect((await cli(['status'])).out).toContainEqual(
    expect.stringMatching(/^parked +2 events wait for the ones they follow, see "watchfire parked"$/),
  );
  await world.at(6).meet('order.placed', { id: 'e1', resource: 'order.1' });
  expect(await cli(['parked', 'ls'])).toEqual({ status: 0, out: [], err: ['no event waits for another'] });
});

test('what others wrote over is shown as far as it can be read', async () => {
  const world = await World.claimed();
  await world.at(0).meet('x', { id: 'e2', follows: 'e1' });
  await world.redis.del(`${world.store.prefixes.parked_event}e2`);
  const { out } = await runIn(world.namespace)(['parked', '-o', 'json']);
  expect(JSON.parse(out.join('\n'))).toMatchObject([{ id: 'e2', event: '', follows: '', since: iso(0) }]);
});
