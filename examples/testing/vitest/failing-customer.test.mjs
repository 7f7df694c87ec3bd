// Run by vitest, in a project that has Watchfire installed: npx vitest run
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer } from 'watchfire/testing';

let server;

// One private Redis for all tests of the file; it is gone when the process is, however that ends.
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

/** An automation may be a document as well as a file. */
const threeInTenMinutes = {
  id: 'three-in-ten-minutes',
  name: 'Three failed orders of one customer',
  trigger: { expect: ['order.failed'], for_each: ['id'], threshold: 3, within: '10m', window: 'sliding' },
  actions: [{ type: 'queue', queue: 'support', name: 'call-customer', data: { urgency: 'high' } }],
};
const failed = (customer) => ({ event: 'order.failed', resource: { id: customer } });

test('the third failure within ten minutes makes us call', async () => {
  await using engine = await server.engine({ automations: [threeInTenMinutes] });
  await engine.send(failed('customer.7'), failed('customer.8'));
  await engine.at('5m');
  await engine.send(failed('customer.7'));
  expect(engine.jobs).toEqual([]);
  await engine.at('9m59s');
  await engine.send(failed('customer.7'));
  expect(engine.firings).toMatchObject([
    { labels: { id: 'customer.7' }, triggered: Date.parse('2026-01-01T00:09:59Z') },
  ]);
  expect(engine.jobs).toMatchObject([{ queue: 'support', name: 'call-customer', data: { data: { urgency: 'high' } } }]);
});

test('failures that lie further apart do not', async () => {
  await using engine = await server.engine({ automations: [threeInTenMinutes] });
  for (const minute of [0, 5, 10, 15]) {
    await engine.at(`${minute}m`);
    await engine.send(failed('customer.7'));
  }
  expect(engine.firings).toEqual([]);
});

test('an event says what became of it, which helps when a test fails', async () => {
  await using engine = await server.engine({ automations: [threeInTenMinutes] });
  await engine.send(failed('customer.7'), { event: 'order.paid', resource: { id: 'customer.7' } });
  expect(engine.events.map(({ event, decisions }) => [event, decisions.map(({ word }) => word)])).toEqual([
    ['order.failed', ['counted']],
    ['order.paid', []],
  ]);
});
