import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Watchfire } from '../../../../src/index.ts';
import { signatureRefused } from '../../../../src/sources/signatures.ts';
import { PrivateServer } from '../../../support/private-server.ts';
import { type Attack, mustHold } from '../attack.ts';

const SECRET = 'a secret of thirty-two characters';
const BODY = JSON.stringify({ action: 'opened', repository: { full_name: 'a/b' } });
/** Looks at each kind of wrong signature, and how much their medians may differ. */
const LOOKS = 4_000;
const NOISE = 0.25;

export const attack: Attack = {
  by: 'somebody who reaches the door for events',
  what: 'brings in webhooks that nobody signed, or has one count twice, or learns of a signature by the time that its refusal takes',
  run: async () => {
    const server = await PrivateServer.start();
    const watchfire = new Watchfire({ redis: server.url, namespace: 'wf' });
    const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-attack-'));
    const sources = path.join(dir, 'sources.json');
    const webhook = { name: 'hub', type: 'webhook', preset: 'github', secret: SECRET };
    await writeFile(sources, JSON.stringify({ sources: [webhook] }));
    try {
      const { port } = await watchfire.startHttpIn('127.0.0.1:0', { sources });
      const forged = await forge(port);
      const { redis } = watchfire.connections;
      mustHold('nothing came in', (await redis.xlen(watchfire.store.keys.events)) === 0);
      const right = await Promise.all(Array.from({ length: 20 }, () => post(port, signed(BODY, SECRET))));
      mustHold(
        'what is signed comes in',
        right.every((status) => status === 202),
      );
      mustHold('twenty at once count once', (await redis.xlen(watchfire.store.keys.events)) === 1);
      const shift = timing();
      mustHold(`a refusal takes as long whatever is wrong (${shift})`, Math.abs(shift) < NOISE);
      return `${forged} forged webhooks were refused, twenty equal ones counted once, and the time of a refusal tells nothing`;
    } finally {
      await watchfire.close();
      await server.remove();
      await rm(dir, { recursive: true, force: true });
    }
  },
};

function signed(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** @returns how many were refused */
async function forge(port: number): Promise<number> {
  const right = signed(BODY, SECRET);
  const other = createHmac('sha1', SECRET).update(BODY).digest('hex');
  const signatures = [
    '',
    'sha256=',
    right.slice(0, -2),
    `${right}00`,
    right.replace('sha256', 'sha1'),
    `sha1=${other}`,
    signed(`${BODY} `, SECRET),
    signed(BODY, ''),
    signed(BODY, `${SECRET}\n`),
    `sha256=${'0'.repeat(64)}`,
    `${'x'.repeat(4_000)}`,
    `${signed('', SECRET)}, ${signed(BODY, '')}`,
  ];
  for (const signature of signatures) {
    const status = await post(port, signature);
    mustHold(`a forged signature is refused (${signature.slice(0, 20)} got ${status})`, status === 401);
  }
  // A signed body that somebody has seen, as part of an event whose other parts stand in headers.
  const attributes = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-action': 'deleted' };
  const status = await post(port, right, { 'x-github-delivery': 'd2', ...attributes });
  mustHold(`attributes that nobody signed are refused (got ${status})`, status === 415);
  return signatures.length + 1;
}

async function post(port: number, signature: string, more: Readonly<Record<string, string>> = {}): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/in/hub`, {
    method: 'POST',
    body: BODY,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': 'd1',
      ...(signature !== '' && { 'x-hub-signature-256': signature }),
      ...more,
    },
  });
  await response.text();
  return response.status;
}

/** How much longer the refusal of a signature takes that is right but for its end than of one that is wrong from its beginning. */
function timing(): number {
  const right = signed(BODY, SECRET);
  const flip = (text: string, at: number): string =>
    text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);
  const early = flip(right, 'sha256='.length);
  const late = flip(right, right.length - 1);
  const body = Buffer.from(BODY);
  const times: Record<'early' | 'late', number[]> = { early: [], late: [] };
  for (let i = 0; i < LOOKS; i += 1) {
    for (const [kind, signature] of [
      ['early', early],
      ['late', late],
    ] as const) {
      const started = performance.now();
      signatureRefused('github', [SECRET], { headers: { 'x-hub-signature-256': signature }, body, nowMs: 0 });
      times[kind].push(performance.now() - started);
    }
  }
  return medianOf(times.late) / medianOf(times.early) - 1;
}

function medianOf(numbers: number[]): number {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
