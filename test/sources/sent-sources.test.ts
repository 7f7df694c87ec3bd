import { expect, onTestFinished, test } from 'vitest';
import { Watchfire } from '../../src/engine.ts';
import { runIn } from '../cli/run.ts';
import { fileOf } from '../reactions/shop.ts';
import { engine } from '../support/engine.ts';
import { eventually } from '../support/eventually.ts';
import { privateRedis } from '../support/private-redis.ts';

const DOORS = { name: 'doors', type: 'webhook', token: 't', event: 'door.{{ entry.state }}', resource: { id: 'door' } };

/** Sends a body to the source. */
async function post(port: number, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer t' };
  const response = await fetch(`http://127.0.0.1:${port}/in/doors`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return await response.json();
}

test('what a source was sent is counted for all to see, by all programs that listen', async () => {
  const watchfire = engine();
  const { namespace } = watchfire.settings;
  const options = { sources: fileOf(JSON.stringify({ sources: [DOORS] })) };
  const [one, other] = [
    await watchfire.startHttpIn('127.0.0.1:0', options),
    await engine({ namespace }).startHttpIn('127.0.0.1:0', options),
  ];
  await post(one.port, [{ state: 'open' }, { state: 'shut' }, {}]);
  await post(other.port, { state: 'open' });
  const counted = async (events: number): Promise<void> => {
    await eventually(`${events} events are counted`, async () => (await watchfire.sources())[0]?.events === events);
  };
  await counted(3);
  const { out } = await runIn(namespace)(['sources', 'ls']);
  expect(out[1]).toMatch(/^doors +webhook +open +- +- +3 +1 +-$/);
  await watchfire.forgetSource('doors');
  await post(one.port, { state: 'open' });
  // The last of it as it ends.
  await one.stop();
  await counted(1);
  expect(await watchfire.sources()).toMatchObject([{ name: 'doors', letters: 0, spec: { type: 'webhook' } }]);
});

test('while the memory of Redis is short, senders are told when to come back, and are taken then', async () => {
  const server = await privateRedis();
  await server.redis.config('SET', 'maxmemory', '128mb');
  const watchfire = new Watchfire({ redis: server.url, maxMemoryRatio: 0.2 });
  onTestFinished(() => watchfire.close());
  const { port } = await watchfire.startHttpIn('127.0.0.1:0');
  const send = async (): Promise<Response> =>
    await fetch(`http://127.0.0.1:${port}/in/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ event: 'x', resource: { id: 'r' } }),
    });
  await server.redis.set('ballast', 'x'.repeat(30_000_000));
  const refused = await eventually('an event is refused', async () => {
    const response = await send();
    return response.status === 202 ? null : response;
  });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refused.json()).toEqual({ error: expect.stringMatching(/^Redis has used \d+ % of its memory/) });
  await server.redis.del('ballast');
  await eventually('what is sent again is taken', async () => (await send()).status === 202);
});
