import { expect, test } from 'vitest';
import { World } from '../support/world.ts';
import { runIn } from './run.ts';

const automation = {
  id: 'A',
  name: 'every x',
  trigger: { posture: 'Reactive', expect: ['x'], for_each: ['id'] },
  actions: [
    { type: 'queue', queue: 'mail', name: 'tell {{ labels.id }}', data: { id: '{{ event.id }}', at: '{{ now }}' } },
    { type: 'call', text: '{{ as written }}' },
  ],
};

async function worldOf(...more: object[]): Promise<World> {
  const world = await World.claimed();
  await world.put({ ...automation, actions: [...automation.actions, ...more] });
  return world;
}

test('the actions are filled in with the last firing, or with the one that is named', async () => {
  const world = await worldOf();
  await world.at(0).meet('x', { id: 'e1', resource: 'customer.7' });
  await world.at(1).meet('x', { id: 'e2', resource: 'customer.8' });
  const [first] = await world.firings();
  const cli = runIn(world.namespace);
  const { status, out, err } = await cli(['render', 'every x']);
  expect({ status, err }).toEqual({ status: 0, err: [] });
  expect(out.join('\n')).toContain('name: tell customer.8\ndata:\n  id: e2\n  at: 2026-03-02T09:00:01.000Z');
  expect(out.join('\n')).toContain('text: "{{ as written }}"');
  const named = await cli(['render', 'A', '--firing', first?.id ?? '', '-o', 'json']);
  expect(JSON.parse(named.out.join('\n'))).toMatchObject([
    { job: `f-${first?.id}-0`, queue: 'mail', action: { name: 'tell customer.7', data: { id: 'e1' } }, problem: null },
    { job: `f-${first?.id}-1`, queue: 'actions', action: { text: '{{ as written }}' }, problem: null },
  ]);
});

test('before it has ever fired they are filled in with a sample, which it says', async () => {
  const world = await worldOf();
  const { status, out, err } = await runIn(world.namespace)(['render', 'A']);
  expect({ status, err }).toEqual({ status: 0, err: ['watchfire: it has not fired yet: filled in with a sample'] });
  expect(out.join('\n')).toContain('name: tell sample\ndata:\n  id: sample');
});

test('what cannot be filled in is named with its place, beside what can', async () => {
  const world = await worldOf({ type: 'queue', queue: 'mail', data: { x: '\n{{ event.payload.missing }}' } });
  await world.at(0).meet('x', { id: 'e1' });
  const { status, out, err } = await runIn(world.namespace)(['render', 'A']);
  expect(status).toBe(1);
  expect(err).toEqual([
    'watchfire: action 2.data.x: event.payload.missing has no value, and no "default" (line 2, column 4)',
  ]);
  expect(out.join('\n')).toContain('name: tell r');
});

test('a firing of another automation, or none, is refused by name', async () => {
  const world = await worldOf();
  await world.put({ ...automation, id: 'B', name: 'another', actions: [] });
  await world.at(0).meet('x', { id: 'e1' });
  const foreign = (await world.firings()).find(({ automation: id }) => id === 'B');
  const cli = runIn(world.namespace);
  for (const id of [foreign?.id ?? '', 'ffffffffffff']) {
    const { status, err } = await cli(['render', 'A', '--firing', id]);
    expect({ status, err }).toEqual({
      status: 2,
      err: [expect.stringContaining(`--firing: must be a firing of every x (found "${id}")`)],
    });
  }
});

test('an action of Prefect is shown as it is carried out', async () => {
  const world = await worldOf({
    type: 'send-notification',
    block_document_id: 'b-1',
    subject: 'At {{ labels.id }}',
    body: 'b',
  });
  await world.at(0).meet('x', { id: 'e1', resource: 'customer.7' });
  const { status, out } = await runIn(world.namespace)(['render', 'A', '-o', 'json']);
  expect(status).toBe(0);
  expect(JSON.parse(out.join(''))[2]).toMatchObject({
    queue: 'deliveries',
    action: { type: 'notify', target: 'block:b-1', subject: 'At customer.7', body: 'b' },
  });
});
