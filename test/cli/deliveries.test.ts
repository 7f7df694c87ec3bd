import { describe, expect, inject, test } from 'vitest';
import { Watchfire } from '../../src/index.ts';
import { type DeliveryRecord, type DeliveryState, recordOf } from '../../src/model/delivery.ts';
import { noteDelivery } from '../../src/redis/steps/note-delivery.ts';
import { World } from '../support/world.ts';
import { runIn } from './run.ts';

const AT = Date.parse('2026-03-02T09:00:00Z');

/** A namespace in which these deliveries are noted, and nothing else. */
async function noted(states: readonly DeliveryState[]) {
  const world = await World.claimed();
  const job = {
    automation: { id: 'a' },
    firing: { id: '00' },
    action_index: 0,
    triggering_labels: { id: 'customer.7' },
    triggering_event: null,
    action: { type: 'notify', target: 'oncall' },
  };
  for (const [i, state] of states.entries()) {
    const bad = state === 'failed' || state === 'retried';
    const answer = { status: bad ? 400 : 202, body: bad ? 'no such key' : '' };
    const tried = { state, tries: 1, attempts: 5, error: bad ? 'pager answered 400: no such key' : '', answer };
    const record: DeliveryRecord = recordOf(job as never, tried, AT + i * 1_000);
    world.at(i);
    await noteDelivery(world.redis, world.store, {
      job: `f-00-${i}`,
      state,
      record: JSON.stringify(record),
      event: null,
    });
  }
  return { world, cli: runIn(world.namespace) };
}

describe('deliveries ls', () => {
  test('shows what became of actions, the newest last', async () => {
    const { cli } = await noted(['sent', 'retried', 'failed']);
    const { status, out } = await cli(['deliveries']);
    expect(status).toBe(0);
    expect(out.map((line) => line.replace(/ +/g, ' ').trim())).toEqual([
      'JOB AT STATE AUTOMATION FOR ACTION TO TRIES SAID',
      'f-00-0 2026-03-02 09:00:00Z sent a id=customer.7 notify oncall 1 of 5 202',
      'f-00-1 2026-03-02 09:00:01Z retried a id=customer.7 notify oncall 1 of 5 pager answered 400: no such key',
      'f-00-2 2026-03-02 09:00:02Z failed a id=customer.7 notify oncall 1 of 5 pager answered 400: no such key',
    ]);
    const { out: failed } = await cli(['deliveries', 'ls', '--state', 'failed', '-o', 'json']);
    expect(JSON.parse(failed.join(''))).toMatchObject([
      { job: 'f-00-2', state: 'failed', at: '2026-03-02T09:00:02.000Z' },
    ]);
    expect((await cli(['deliveries', 'ls', '--firing', '01'])).err).toEqual(['no such deliveries']);
  });
});

describe('deliveries show', () => {
  test('shows one whole, with what the receiver said, and which are unknown', async () => {
    const { cli } = await noted(['failed']);
    const { status, out, err } = await cli(['deliveries', 'show', 'f-00-0', 'f-01-0']);
    expect(status).toBe(1);
    expect(out).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^state +failed$/),
        expect.stringMatching(/^tries +1 of 5$/),
        expect.stringMatching(/^answered +400$/),
        expect.stringMatching(/^answer +no such key$/),
      ]),
    );
    expect(err).toEqual(['watchfire: nothing is noted of a delivery f-01-0: nobody has begun it, or it is forgotten']);
  });
});

describe('deliveries retry and drop', () => {
  test('say of which ones nothing was done, and why', async () => {
    const { cli } = await noted(['failed', 'sent']);
    expect(await cli(['deliveries', 'retry', 'f-00-0'])).toEqual({
      status: 1,
      out: ['retried 0'],
      err: ['watchfire: the delivery f-00-0 stays: its job is not kept any more'],
    });
    expect((await cli(['deliveries', 'drop', 'f-00-1'])).err).toEqual([
      'watchfire: the delivery f-00-1 stays: has been sent',
    ]);
    expect(await cli(['deliveries', 'drop', '--all', '-o', 'json'])).toEqual({
      status: 0,
      out: expect.arrayContaining(['{']),
      err: [],
    });
    expect((await cli(['deliveries', '--state', 'failed'])).err).toEqual(['no such deliveries']);
  });

  test.each([
    [['retry'], 'deliveries retry: needs either ids of jobs or --all'],
    [['drop', 'f-00-0', '--all'], 'deliveries drop: needs either ids of jobs or --all'],
    [['show'], 'deliveries show: needs ids of jobs'],
    [['ls', 'f-00-0'], 'deliveries ls: takes no ids and no --all'],
    [['resend'], 'deliveries: must be one of ls, show, retry, drop (found "resend")'],
  ])('%j is refused', async (argv, message) => {
    const { cli } = await noted([]);
    const { status, err } = await cli(['deliveries', ...argv]);
    expect(status).toBe(2);
    expect(err.join('\n')).toContain(message);
  });
});

test('what failed for good is a problem to status, which exits with 1, until it was dropped', async () => {
  const { cli, world } = await noted(['failed']);
  const watchfire = new Watchfire({ redis: inject('redisUrl'), namespace: world.namespace });
  await watchfire.startWorker();
  const said = 'deliveries have failed for good: 1, see "watchfire deliveries ls --state failed"';
  const before = await cli(['status', '-o', 'json']);
  expect(before.status).toBe(1);
  expect(JSON.parse(before.out.join('')).problems).toEqual([said]);
  expect((await cli(['doctor', '-o', 'json'])).out.join('')).toContain(said.replaceAll('"', '\\"'));
  await cli(['deliveries', 'drop', '--all', '--yes']);
  const after = await cli(['status', '-o', 'json']);
  expect(JSON.parse(after.out.join('')).problems).toEqual([]);
  expect(after.status).toBe(0);
  await watchfire.close();
});
