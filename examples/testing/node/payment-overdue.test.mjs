// Run by node:test, in a project that has Watchfire installed: node --test
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { testServer } from 'watchfire/testing';

let server;

// One private Redis for all tests of the file; it is gone when the process is, however that ends.
before(async () => {
  server = await testServer();
});
after(() => server.close());

/** An engine of its own for a test. Its time begins at 0, and moves only when the test says so. */
async function engineFor(t) {
  const engine = await server.engine({ automations: ['automations/payment-overdue.yaml'] });
  t.after(() => engine.close());
  return engine;
}

const placed = { event: 'order.placed', resource: { id: 'order.1' } };
const paid = { event: 'order.paid', resource: { id: 'order.1' } };

test('an order that nobody pays is reminded of after 15 minutes', async (t) => {
  const engine = await engineFor(t);
  await engine.send(placed);
  await engine.at('14m59s');
  assert.deepEqual(engine.firings, []);
  await engine.at('15m');
  const { firings, jobs } = await engine.settled();
  assert.deepEqual(
    firings.map(({ automation, labels, state }) => ({ automation, id: labels.id, state })),
    [{ automation: 'payment-overdue', id: 'order.1', state: 'Triggered' }],
  );
  assert.deepEqual(
    jobs.map(({ queue, name }) => `${queue}/${name}`),
    ['billing/remind'],
  );
});

test('a payment that comes late takes the reminder back', async (t) => {
  const engine = await engineFor(t);
  await engine.send(placed);
  await engine.at('20m');
  await engine.settled(); // the reminder, which is not what this test is about
  await engine.send(paid);
  const { firings, jobs } = await engine.settled();
  assert.equal(firings[0]?.state, 'Resolved');
  assert.equal(jobs[0]?.name, 'stop-reminding');
});

test('an order that is paid in time leaves no trace', async (t) => {
  const engine = await engineFor(t);
  await engine.send(placed);
  await engine.at('14m');
  await engine.send(paid);
  await engine.at('1d');
  assert.deepEqual(engine.firings, []);
});
