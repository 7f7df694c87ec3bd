import { describe, expect, test } from 'vitest';
import { deliver, type HttpDelivery } from '../../src/reactions/http-delivery.ts';
import type { HttpAnswer, Outgoing, WayOut } from '../../src/reactions/way-out.ts';
import { FailedForGood, TryAgain } from '../../src/relay/outcome.ts';

const NOW = Date.UTC(2026, 2, 2, 9);

/** Sends one delivery to a receiver that answers so. */
async function sent(answer: Partial<HttpAnswer>, more: Partial<HttpDelivery> = {}) {
  const requests: Outgoing[] = [];
  const way = {
    send: async (outgoing: Outgoing): Promise<HttpAnswer> => {
      requests.push(outgoing);
      return await Promise.resolve({ status: 200, retryAfter: null, body: '', ...answer });
    },
  } as unknown as WayOut;
  const common = {
    url: new URL('https://x.example/'),
    method: 'POST',
    headers: {},
    body: 'b',
    contentType: 'text/plain',
  };
  const delivery = { ...common, id: 'f-1-0', secret: null, trusted: false, timeoutMs: 1_000, nowMs: NOW, ...more };
  const outcome = await deliver(way, delivery).catch((error: unknown) => error);
  return { outcome, requests };
}

describe('an answer', () => {
  test.each([200, 201, 202, 204, 299])('%i is done', async (status) => {
    expect((await sent({ status })).outcome).toEqual({ status, body: '' });
  });

  test.each([408, 425, 429, 500, 502, 503, 504, 599])('%i is tried again', async (status) => {
    expect((await sent({ status })).outcome).toBeInstanceOf(TryAgain);
  });

  test.each([199, 304, 400, 401, 403, 404, 409, 410, 413, 422, 451, 499])('%i fails for good', async (status) => {
    expect((await sent({ status })).outcome).toBeInstanceOf(FailedForGood);
  });

  test.each([
    ['30', 30_000],
    ['0', 0],
    ['Mon, 02 Mar 2026 09:05:00 GMT', 300_000],
    ['Mon, 02 Mar 2026 08:00:00 GMT', 0],
    ['86400', 3_600_000],
    ['Tue, 02 Mar 2027 09:00:00 GMT', 3_600_000],
    ['soon', 0],
    ['-5', 0],
    [null, 0],
  ])('that says Retry-After %s gets no other try for %i ms', async (retryAfter, afterMs) => {
    const { outcome } = await sent({ status: 503, retryAfter });
    expect((outcome as TryAgain).afterMs).toBe(afterMs);
  });
});

test('headers of an automation replace none that a receiver knows deliveries by', async () => {
  const headers = { 'Idempotency-Key': 'mine', 'Webhook-Id': 'mine', 'WEBHOOK-TIMESTAMP': '1', 'User-Agent': 'mine' };
  const { requests } = await sent({}, { headers });
  expect(requests[0]?.headers).toEqual({
    'content-type': 'text/plain',
    'idempotency-key': 'f-1-0',
    'webhook-id': 'f-1-0',
    'webhook-timestamp': String(NOW / 1_000),
    'user-agent': 'mine',
  });
});
