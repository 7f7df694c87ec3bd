import { createHmac } from 'node:crypto';
import { sign as signLikeGitHub } from '@octokit/webhooks-methods';
import { Webhook } from 'standardwebhooks';
import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { SCHEMES, type Scheme } from '../../../src/model/source.ts';
import { secretProblem, signatureRefused, tokenRefused } from '../../../src/sources/signatures.ts';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const BODY = '{"id":"evt_1","text":"größer \\ud83d"}';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const MINUTE_MS = 60_000;

type Headers = Record<string, string>;

/** What each service sends with a body, made by its own package where it has one that signs, else by the formula of its documents. */
const SIGN: Record<Scheme, (body: string, atMs: number, secret: string) => Promise<Headers> | Headers> = {
  standard: (body, atMs, secret) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(atMs / 1_000),
    'webhook-signature': new Webhook(secret).sign('msg_1', new Date(atMs), body),
  }),
  github: async (body, _, secret) => ({ 'x-hub-signature-256': await signLikeGitHub(secret, body) }),
  stripe: (payload, atMs, secret) => ({
    'stripe-signature': Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: atMs / 1_000 }),
  }),
  shopify: (body, _, secret) => ({
    'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body, 'utf8').digest('base64'),
  }),
  slack: (body, atMs, secret) => ({
    'x-slack-request-timestamp': String(atMs / 1_000),
    'x-slack-signature': `v0=${createHmac('sha256', secret)
      .update(`v0:${atMs / 1_000}:${body}`)
      .digest('hex')}`,
  }),
};

const TIMED: readonly Scheme[] = ['standard', 'stripe', 'slack'];

function judged(scheme: Scheme, headers: Headers, body = BODY, secrets: readonly string[] = [SECRET]) {
  return signatureRefused(scheme, secrets, { headers, body: Buffer.from(body), nowMs: NOW_MS });
}

describe.each(SCHEMES)('a body signed as %s', (scheme) => {
  test('is genuine, with a new secret beside the old one, too', async () => {
    const headers = await SIGN[scheme](BODY, NOW_MS, SECRET);
    expect(judged(scheme, headers)).toBeNull();
    expect(judged(scheme, headers, BODY, ['bmV3LXNlY3JldA==', SECRET])).toBeNull();
  });

  test('is refused once a byte of it is another one', async () => {
    const headers = await SIGN[scheme](BODY, NOW_MS, SECRET);
    for (const altered of [`${BODY} `, BODY.slice(1), BODY.replace('evt_1', 'evt_2'), ''])
      expect(judged(scheme, headers, altered)).toMatch(/^has a wrong /);
  });

  test('is refused with another secret, without a signature, and with one that is cut off', async () => {
    const headers = await SIGN[scheme](BODY, NOW_MS, SECRET);
    const of = Object.keys(headers).at(-1) ?? '';
    expect(judged(scheme, headers, BODY, ['b3RoZXI='])).toMatch(/^has a wrong /);
    expect(judged(scheme, {})).toBe(`has no header ${of}`);
    expect(judged(scheme, { ...headers, [of]: (headers[of] ?? '').slice(0, -4) })).toMatch(/^has a wrong /);
    expect(judged(scheme, { ...headers, [of]: 'v1,' })).toMatch(/^has /);
  });
});

describe.each(TIMED)('a body signed as %s', (scheme) => {
  test('is taken up to five minutes from the present, and no longer', async () => {
    for (const offMs of [-5 * MINUTE_MS, 5 * MINUTE_MS])
      expect(judged(scheme, await SIGN[scheme](BODY, NOW_MS + offMs, SECRET))).toBeNull();
    for (const offMs of [-5 * MINUTE_MS - 1_000, 5 * MINUTE_MS + 1_000])
      expect(judged(scheme, await SIGN[scheme](BODY, NOW_MS + offMs, SECRET))).toMatch(/five minutes/);
  });

  test('is refused with the time of another one', async () => {
    const headers = await SIGN[scheme](BODY, NOW_MS - 10 * MINUTE_MS, SECRET);
    const later = await SIGN[scheme](BODY, NOW_MS, SECRET);
    const mixed =
      scheme === 'stripe'
        ? { 'stripe-signature': (headers['stripe-signature'] ?? '').replace(/t=\d+/, `t=${NOW_MS / 1_000}`) }
        : { ...later, ...Object.fromEntries(Object.entries(headers).filter(([name]) => name.endsWith('signature'))) };
    expect(judged(scheme, mixed)).toMatch(/^has a wrong /);
  });
});

test("Slack's own example is genuine", () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA' +
    '&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554' +
    '%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const headers = {
    'x-slack-request-timestamp': '1531420618',
    'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  };
  const signed = { headers, body: Buffer.from(body), nowMs: 1_531_420_618_000 };
  expect(signatureRefused('slack', ['8f742231b10e8888abcd99yyyzzz85a5'], signed)).toBeNull();
});

test("GitHub's own example is genuine", () => {
  const headers = { 'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17' };
  expect(judged('github', headers, 'Hello, World!', ["It's a Secret to Everybody"])).toBeNull();
});

test('a secret of Standard Webhooks is base64, and no secret is empty', () => {
  expect(secretProblem('standard', SECRET)).toBeNull();
  expect(secretProblem('standard', 'not base64!')).toMatch(/base64/);
  expect(secretProblem('standard', 'whsec_')).not.toBeNull();
  for (const scheme of SCHEMES) expect(secretProblem(scheme, '')).not.toBeNull();
});

test('a token is one of those that are known, whatever the case of "bearer"', () => {
  const judge = (authorization: string) => tokenRefused(['one', 'two'], { authorization });
  expect(judge('Bearer two')).toBeNull();
  expect(judge('bearer one')).toBeNull();
  for (const wrong of ['Bearer three', 'Bearer onetwo']) expect(judge(wrong)).toBe('has a wrong token');
  for (const none of ['Basic one', 'one', 'Bearer', 'Bearer one two']) expect(judge(none)).toMatch(/^has no header/);
  expect(tokenRefused(['one'], {})).toMatch(/^has no header/);
});
