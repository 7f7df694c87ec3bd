import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sign } from '@octokit/webhooks-methods';
import { sampleDeliveries } from '../../../examples/github/samples.ts';
import { Watchfire } from '../../../src/index.ts';
import { signatureRefused } from '../../../src/sources/signatures.ts';
import { PrivateServer } from '../../support/private-server.ts';
import { command, install } from '../package/npm.ts';

/** Slack and Shopify have packages that look at signatures and make none: theirs and ours have to say the same. */
const PACKAGES = ['@slack/bolt@5.1.0', '@shopify/shopify-api@13.1.0'];

const SECRET = 'a secret of thirty-two characters';
/** Bodies that are signed. */
const BODIES = 40;
const LATE_S = 600;

type Scheme = 'slack' | 'shopify';
type Case = Readonly<{ scheme: Scheme; kind: string; body: string; headers: Readonly<Record<string, string>> }>;

const JUDGE = `
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import '@shopify/shopify-api/adapters/node';
import { shopifyApi, LogSeverity } from '@shopify/shopify-api';
const { isValidSlackRequest } = createRequire(import.meta.url)('./node_modules/@slack/bolt/dist/receivers/verify-request.js');
const [secret, cases, now] = JSON.parse(readFileSync('cases.json', 'utf8'));
const shopify = shopifyApi({
  apiKey: 'key', apiSecretKey: secret, hostName: 'shop.example', isEmbeddedApp: false, apiVersion: '2026-01',
  logger: { level: LogSeverity.Error, log: () => undefined },
});
const judged = [];
for (const { scheme, body, headers } of cases) {
  if (scheme === 'slack') {
    judged.push(isValidSlackRequest({
      signingSecret: secret, body, nowMilliseconds: now,
      headers: { ...headers, 'x-slack-request-timestamp': Number(headers['x-slack-request-timestamp']) },
    }));
    continue;
  }
  const rawRequest = { method: 'POST', url: '/in/shop', headers };
  judged.push((await shopify.webhooks.validate({ rawBody: body, rawRequest })).valid);
}
console.log(JSON.stringify(judged));
`;

const digest = (text: string, as: 'hex' | 'base64', secret = SECRET): string =>
  createHmac('sha256', secret).update(text, 'utf8').digest(as);

function slack(body: string, seconds: number, secret = SECRET): Record<string, string> {
  const signature = `v0=${digest(`v0:${seconds}:${body}`, 'hex', secret)}`;
  return { 'x-slack-request-timestamp': String(seconds), 'x-slack-signature': signature };
}

function shopify(body: string, secret = SECRET): Record<string, string> {
  return {
    'x-shopify-hmac-sha256': digest(body, 'base64', secret),
    'x-shopify-topic': 'orders/create',
    'x-shopify-shop-domain': 'shop.myshopify.com',
    'x-shopify-webhook-id': 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043',
    'x-shopify-api-version': '2026-01',
  };
}

/** Each body as it is signed, altered, with another secret, and late where a time is signed. */
function casesOf(nowMs: number): Case[] {
  const bodies = sampleDeliveries().slice(0, BODIES);
  const now = Math.floor(nowMs / 1_000);
  return bodies
    .map((body) => JSON.stringify(body))
    .flatMap((body): Case[] => [
      { scheme: 'slack', kind: 'genuine', body, headers: slack(body, now) },
      { scheme: 'slack', kind: 'altered', body: `${body} `, headers: slack(body, now) },
      { scheme: 'slack', kind: 'of another secret', body, headers: slack(body, now, 'other') },
      { scheme: 'slack', kind: 'late', body, headers: slack(body, now - LATE_S) },
      { scheme: 'shopify', kind: 'genuine', body, headers: shopify(body) },
      { scheme: 'shopify', kind: 'altered', body: `${body} `, headers: shopify(body) },
      { scheme: 'shopify', kind: 'of another secret', body, headers: shopify(body, 'other') },
    ]);
}

/** The packages of Slack and Shopify take what a source takes, and refuse what it refuses. */
export async function checkSigned(dir: string): Promise<void> {
  const project = path.join(dir, 'signed');
  await install(project, PACKAGES);
  const nowMs = Date.now();
  const cases = casesOf(nowMs);
  await writeFile(path.join(project, 'cases.json'), JSON.stringify([SECRET, cases, nowMs]));
  await writeFile(path.join(project, 'judge.mjs'), JUDGE);
  const theirs = JSON.parse(await command(process.execPath, ['judge.mjs'], project)) as boolean[];
  for (const [i, { scheme, kind, body, headers }] of cases.entries()) {
    const ours = signatureRefused(scheme, [SECRET], { headers, body: Buffer.from(body), nowMs }) === null;
    assert.deepEqual([scheme, kind, ours, theirs[i]], [scheme, kind, kind === 'genuine', kind === 'genuine']);
  }
  console.log(`${cases.length} bodies`);
}

/** GitHub's own examples of what it sends, signed by GitHub's package: each counts once, and what was altered is refused. */
export async function checkGithub(dir: string): Promise<void> {
  const sources = path.join(dir, 'github.json');
  const source = { name: 'hub', type: 'webhook', preset: 'github', secret: SECRET };
  await writeFile(sources, JSON.stringify({ sources: [source] }));
  const server = await PrivateServer.start();
  const watchfire = new Watchfire({ redis: server.url });
  try {
    const { port } = await watchfire.startHttpIn('127.0.0.1:0', { sources });
    const deliveries = sampleDeliveries();
    for (const { kind, id, payload } of deliveries) {
      const body = JSON.stringify(payload);
      const signed = {
        'content-type': 'application/json',
        'x-github-event': kind,
        'x-github-delivery': id,
        'x-hub-signature-256': await sign(SECRET, body),
      };
      const post = async (text: string): Promise<readonly [status: number, answer: Record<string, unknown>]> => {
        const url = `http://127.0.0.1:${port}/in/hub`;
        const response = await fetch(url, { method: 'POST', headers: signed, body: text });
        return [response.status, (await response.json()) as Record<string, unknown>];
      };
      assert.equal((await post(`${body} `))[0], 401, id);
      assert.deepEqual(await post(body), [202, { accepted: 1, repeated: 0, dead: 0 }], id);
      assert.deepEqual(await post(body), [202, { accepted: 0, repeated: 1, dead: 0 }], id);
    }
    assert.equal(await watchfire.connections.redis.xlen(watchfire.store.keys.events), deliveries.length);
    console.log(`${deliveries.length} deliveries`);
  } finally {
    await watchfire.close();
    await server.remove();
  }
}
